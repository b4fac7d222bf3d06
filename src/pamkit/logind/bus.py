"""One question to a program on the system bus, without waiting for ever and holding nobody up."""

from __future__ import annotations

import errno

from pamkit.formats.dbus_exchange import Exchange
from pamkit.formats.dbus_message import ERROR
from pamkit.formats.dbus_values import BadValue
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from pamkit.formats.dbus_message import Message, Question
    from pamkit.module.call import ModuleCall
    from pamkit.module.local_sockets import LocalSocket

    T = TypeVar("T")

SOCKET = "/run/dbus/system_bus_socket"

PATIENCE = 25.0
"""Seconds for a question that is answered at once, as sd-bus has it."""

LONG_PATIENCE = 120.0
"""Seconds for a question that has services started, as C's module has it."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.05
_MOST_PASSES = 1.0
"""Seconds that count for one pause, however far the clock was set forward in it."""

_STEPS = 256
"""Pieces that are taken before the time is looked at, and others have their turn."""

_ACCESS_DENIED = "org.freedesktop.DBus.Error.AccessDenied"
_WORDS = {"org.freedesktop.login1.SessionBusy": "Device or resource busy"}
"""What errors say that say nothing; the others are errors of input and output."""


class NotConnected(OSError):
    """Raised if there is no bus to ask."""


class Refused(Exception):
    """The answer is an error: its name, and what it says."""

    def __init__(self, name: str, said: str) -> None:
        """Keep both."""
        super().__init__(name)
        self.name, self.said = name, said


class Answer(Record):
    """What came back, and a descriptor for each that came with it, which are the caller's."""

    signature: str
    values: tuple[Any, ...]
    descriptors: tuple[int, ...] = ()


async def ask(call: ModuleCall[Any], asked: Question, *, patience: float) -> Answer:
    """Ask, and return the answer; other things of the application go on meanwhile.

    Raises `NotConnected` if there is no bus, `Refused` if the answer is an error, `BadValue` if the
    question cannot be asked, and `OSError` if no answer comes in ``patience`` seconds, or none that
    is one.  Then no descriptor is left, whatever came.
    """
    wait = _Patience(call, patience)
    sockets = call.world.local_sockets
    socket = await _connected(call, wait)
    came: list[int] = []
    kept: tuple[int, ...] = ()
    try:
        exchange = Exchange(asked)
        answer = await _exchanged(socket, exchange, wait, came, sockets.let_go)
        if answer.kind == ERROR:
            raise Refused(answer.error_name, _words_of(answer))
        kept = exchange.descriptors
        return Answer(answer.signature, answer.values, kept)
    finally:
        socket.close()
        for descriptor in came:
            if descriptor not in kept:
                sockets.let_go(descriptor)


async def _connected(call: ModuleCall[Any], wait: _Patience) -> LocalSocket:
    try:
        return await wait.until(call.world.local_sockets.connect, SOCKET)
    except OSError as fault:
        raise NotConnected(fault.errno, fault.strerror) from None


async def _exchanged(
    socket: LocalSocket,
    exchange: Exchange,
    wait: _Patience,
    came: list[int],
    let_go: Callable[[int], None],
) -> Message:
    left = exchange.outgoing
    while left:
        left = left[await wait.until(socket.send, left) :]
    while exchange.answer is None:
        try:
            data, descriptors = await wait.until(socket.receive, exchange.wanted)
            came += descriptors
            unused = exchange.hear(data, descriptors)
        except BadValue:
            raise OSError(errno.EBADMSG, "Bad message") from None
        if not data:
            raise OSError(errno.ECONNRESET, "Connection reset by peer")
        for descriptor in unused:
            came.remove(descriptor)
            let_go(descriptor)
        await wait.go_on()
    return exchange.answer


class _Patience:
    """Tries again what cannot be done yet, until the time is over."""

    def __init__(self, call: ModuleCall[Any], seconds: float) -> None:
        self._call, self._seconds = call, seconds
        self._passed = 0.0
        self._steps = 0
        self._counted = call.world.clock.now()

    async def until(self, act: Callable[[Any], T], what: Any) -> T:
        """Return what it returns once it can be done; `TimeoutError` if that takes too long."""
        pause = _FIRST_PAUSE
        while True:
            try:
                return act(what)
            except BlockingIOError:
                pass
            await self._pause(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def go_on(self) -> None:
        """Count a step; `TimeoutError` if there are so many that the time is over."""
        self._steps += 1
        if self._steps % _STEPS == 0:
            await self._pause(_FIRST_PAUSE)

    async def _pause(self, seconds: float) -> None:
        """Let time pass, and count what has passed by the clock, which others may set meanwhile."""
        if self._passed >= self._seconds:
            raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")
        await self._call.wait(seconds)
        now = self._call.world.clock.now()
        self._passed += min(max(now - self._counted, seconds), _MOST_PASSES)
        self._counted = now


def _words_of(answer: Message) -> str:
    """Return what an error says, as C has it in its log."""
    if answer.error_name == _ACCESS_DENIED:
        return "Access denied"
    if answer.signature[:1] == "s":
        return str(answer.values[0])
    return _WORDS.get(answer.error_name, "Input/output error")
