"""The native modules of one transaction of a Python program."""

from __future__ import annotations

import os

from pamkit.doors.natives import NativeModules
from pamkit.doors.settings import MODES, Preference
from pamkit.engine.driver import NotYet
from pamkit.guests.interrupts import is_kept, kept, raise_kept
from pamkit.module.effect import Native
from pamkit.stores.root import Root
from pamkit.vocab.codes import ReturnCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from pamkit.doors.door import Door
    from pamkit.engine.transaction import Core
    from pamkit.module.effect import Effect
    from pamkit.module.registry import Module
    from pamkit.vocab.message import Answer, Message

    Ask = Callable[[tuple[Message, ...]], tuple[int, tuple[Answer, ...]]]
    """Holds a conversation with the application: a code, and an answer for each message."""

    Ready = tuple[Callable[..., int], tuple[object, ...], Native]
    """A hook, what it is called with, and the effect, which keeps its identity as long as this."""

_MOST_READY = 256

ELSEWHERE = "native ones run for the system's own root and world only"


def preference(natives: str | Mapping[str, str] | None) -> Preference:
    """Return what a program wants: a mode, or modes by module with `*` for the rest.

    The modes are `doors.settings.MODES`; `None` is `python`.
    Raises `ValueError` for a mode that does not exist.
    """
    if natives is None or isinstance(natives, str):
        natives = {"*": natives or "python"}
    wanted = dict(natives)
    for name, mode in wanted.items():
        if mode not in MODES:
            from pamkit.policy.suggest import did_you_mean

            raise ValueError(f"there is no mode `{mode}` for `{name}`: {did_you_mean(mode, MODES)}")
    rest = wanted.pop("*", MODES[0])
    return Preference(rest, tuple((k.removesuffix(".so"), v) for k, v in wanted.items()))


class Owner:
    """Who has a transaction with guests; if it goes and has not ended them, they are lost.

    Doors are kept for C, and keep the transaction: only who owns it can tell that it is over.
    """

    __slots__ = ("_guests",)

    def __init__(self, guests: Guests) -> None:
        """Own guests."""
        self._guests = guests

    def __del__(self) -> None:
        """Let nothing of an application's remain that never ended its transaction."""
        self._guests.lose()


class Guests:
    """Finds native modules, calls their hooks, and ends with the transaction."""

    __slots__ = (
        "_converse",
        "_door",
        "_finder",
        "_is_refused",
        "_ready",
        "_refusal",
        "_spoken",
        "_voice",
        "_wanted",
        "_xauth",
        "core",
    )

    core: Core

    def __init__(self, wanted: Preference, *, root: str = "/", at_home: bool = True) -> None:
        """Take what is ``wanted``; where it is not the system's own, no guest is let in.

        A guest would read this machine's files and ask its kernel, whatever ``root`` says.
        """
        # Most transactions have no guest: what one needs is made for the first.
        self._wanted = wanted
        self._is_refused = not at_home or (root != "/" and not Root(root).is_system)
        self._finder: NativeModules | None = None
        self._door: Door | None = None

    def come_first(self, written: str) -> bool:
        """Whether a native module is wanted even if there is one in Python."""
        return self._wanted.native_first(written)

    def _prepared(self) -> NativeModules:
        if self._finder is None:
            self._refusal = ELSEWHERE if self._is_refused else ""
            self._converse = 0
            self._voice = _Voice()
            self._ready: dict[int, Ready] = {}
            self._xauth: object = None
            self._spoken: object = None
            self._finder = NativeModules(self._wanted, os.uname().machine)
        return self._finder

    async def find(self, written: str) -> Module | str:
        """Return the module a policy names, or why there is none."""
        finder = self._prepared()
        if finder.wanted(written):
            alone = not self.come_first(written)
            if alone and not any(map(os.path.exists, finder.candidates(written))):
                return f"there is no module `{written}`"
            refusal = self._refusal or self._open()
            if refusal:
                return f"there is no module `{written}` in Python; {refusal}"
        return await finder.find(written)

    @property
    def speak_for_themselves(self) -> bool:
        """Whether a module has put a conversation of its own in the place of the application's."""
        door = self._door
        if door is None or door.ask is not None:
            return False
        return door.core.handle.conversation is self._spoken

    def perform(self, effect: Effect, ask: Ask) -> Any:
        """Perform an effect with C, in this thread; ``ask`` reaches the application meanwhile.

        What interrupted Python meanwhile is raised when C has come to its end.
        """
        door = self._door
        if door is None:
            raise TypeError(f"no guest is there for the effect `{type(effect).__name__}`")
        voice, handle = self._voice, door.core.handle
        if handle.xauthdata is not self._xauth:
            _hand_over(door, handle.xauthdata)
        if handle.conversation is not self._spoken:
            self._speak(door)
        before, voice.ask = voice.ask, ask
        try:
            if type(effect) is Native:
                hook, words, _ = self._ready.get(id(effect)) or self._prepare(door, effect)
                result: Any = hook(*words)
            else:
                from pamkit.doors.perform import perform
                from pamkit.guests.host import carry_out

                result = carry_out(perform(door, effect))
        finally:
            voice.ask = before
            self._xauth = handle.xauthdata
        if kept:
            raise_kept()
        return result

    def sweep(self) -> None:
        """Overwrite the copies of tokens that are gone."""
        if self._door is not None:
            self._door.sweep()

    def clean_up(self, status: int) -> list[BaseException]:
        """Clean up all module data, the newest first; return what was raised."""
        door = self._door
        if door is None:
            return []
        from pamkit.doors.requests import FROM_APPLICATION

        # C: cleanups run as the application, and find the handle as it was.
        door.caller, door.ending = FROM_APPLICATION, True
        raised: list[BaseException] = []
        for name in door.core.handle.data_names():
            value, cleanup = door.core.handle.entry(name) or (None, None)
            if cleanup is not None:
                try:
                    cleanup(value, status)
                except BaseException as odd:  # noqa: BLE001  # the other cleanups must run as well
                    raised.append(odd)
        door.core.handle.take_data()
        return raised

    def close(self) -> None:
        """Close the modules and forget the handle; `clean_up` comes before."""
        door = self._door
        if door is None:
            return
        self._door = None
        from pamkit.stores.native_calls import close_module

        for block in door.modules:
            close_module(block)
        door.close()

    def lose(self) -> None:
        """Free what Python holds of a transaction that nobody ended.

        No code of a module is run: nobody knows in which thread, and in the middle of what.
        """
        door, self._door = self._door, None
        if door is not None:
            door.close()

    def _open(self) -> str:
        """Make the handle that modules get; return why that cannot be, or nothing."""
        if self._door is not None:
            return ""
        from pamkit.guests.host import NoHost, library

        try:
            self._converse = library().converse
        except NoHost as reason:
            return str(reason)
        from pamkit.doors.audit import AuditTrail
        from pamkit.doors.door import Door
        from pamkit.doors.requests import FROM_MODULE
        from pamkit.stores.audit_record import sender
        from pamkit.stores.c_library import c_library

        handle = self.core.handle
        door = Door(self.core, AuditTrail(sender(c_library), handle.texts, self.core.world.log))
        door.hosted, door.caller = True, FROM_MODULE
        door.clean_up = _Cleaner(door.address)
        self._speak(door)
        self._door = door
        return ""

    def _speak(self, door: Door) -> None:
        """Put the application's conversation into the block, as modules find it there."""
        from pamkit.doors.door import CONVERSATION
        from pamkit.stores.c_memory import WORD, c_memory

        c_memory.set_word(door.address + CONVERSATION, self._converse)
        c_memory.set_word(door.address + CONVERSATION + WORD, door.address)
        door.ask = door.asked = self._voice
        self._spoken = door.core.handle.conversation

    def _prepare(self, door: Door, effect: Native) -> Ready:
        from pamkit.stores.native_calls import hook

        args = effect.args
        vector = door.vector(args)
        if len(self._ready) >= _MOST_READY:
            self._ready.clear()
        called = hook(effect.pointer, door.address, effect.flags, len(args), vector)
        ready = self._ready[id(effect)] = (*called, effect)
        return ready


def _hand_over(door: Door, xauth: tuple[str, bytes] | None) -> None:
    from pamkit.doors.door import XAUTHDATA, encoded, forget_xauth, lay_out_xauth

    at = door.address + XAUTHDATA
    if xauth is None:
        forget_xauth(at)
    else:
        lay_out_xauth(at, encoded(xauth[0]), xauth[1])


class _Voice:
    """The application's conversation, while a guest runs; it holds no transaction."""

    __slots__ = ("ask",)

    def __init__(self) -> None:
        self.ask: Ask = _nobody

    def __call__(self, messages: tuple[Message, ...]) -> tuple[int, tuple[Answer, ...]]:
        if is_kept():
            return ReturnCode.CONV_ERR, ()  # who was interrupted is asked nothing more
        try:
            return self.ask(messages)
        except NotYet:
            # C: a stack of C cannot be kept; a module that then answers incomplete is asked again.
            return ReturnCode.CONV_AGAIN, ()


class _Cleaner:
    """Cleans up data of native modules."""

    __slots__ = ("_handle",)

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def __call__(self, data: Any, status: int) -> None:
        if data.cleanup:
            from pamkit.stores.native_calls import clean_up

            clean_up(data.cleanup, self._handle, data.pointer, status)
            raise_kept()


def _nobody(messages: tuple[Message, ...]) -> tuple[int, tuple[Answer, ...]]:
    """Nobody is asked while no call is under way."""
    from pamkit.engine.answers import unanswered

    return unanswered(messages)
