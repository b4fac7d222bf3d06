"""A bus in memory, and a login manager on it that does as it is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pamkit.formats.dbus_message import CALL, FIRST_BYTES, RETURN, message, size_of
from pamkit.logind.bus import SOCKET
from pamkit.module.world import World
from pamkit.testing.local_sockets import MemorySockets
from tests.formats.dbus_answers import answer, greeted, refusal

SESSION = ("c1", "/org/freedesktop/login1/session/c1", "/run/user/1000", 0, 1000, "", 0, False)


class LoginManager:
    """Answers each question in turn; ``asked`` is what it was asked."""

    def __init__(
        self,
        *answers: bytes | OSError | None,
        descriptors: Sequence[int] = (7,),
        before: bytes | None = None,
    ) -> None:
        """Give these answers, the first with descriptors; `None` is silence.

        ``before`` is what the bus says first.
        """
        self.answers = list(answers) or [created()]
        self._descriptors, self._before = tuple(descriptors), before
        self.asked: list[tuple[Any, ...]] = []

    def __call__(self, sent: bytes) -> list[tuple[bytes, tuple[int, ...]] | OSError]:
        """Say what a bus says to what was sent."""
        values = _questions(sent)
        if len(values) < 2:
            return []
        self.asked.append(values[1])
        said: bytes | OSError | None = self.answers.pop(0) if self.answers else None
        start: list[tuple[bytes, tuple[int, ...]] | OSError] = [
            (greeted() if self._before is None else self._before, ())
        ]
        if said is None:
            return start
        descriptors = self._descriptors if len(self.asked) == 1 else ()
        return [*start, said if isinstance(said, OSError) else (said, descriptors)]

    def on(self, world: World) -> LoginManager:
        """Be on the bus of a world."""
        sockets = sockets_of(world)
        sockets.waiting[SOCKET] = self
        return self


def created(*values: Any, signature: str = "soshusub", descriptors: int = 1) -> bytes:
    """Return the answer that a session was made."""
    return answer(RETURN, 2, signature, values or SESSION, descriptors=descriptors)


def changed(**fields: Any) -> bytes:
    """Return the answer that another session was made."""
    names = ("name", "path", "runtime", "place", "owner", "seat", "terminal", "is_old")
    return created(*(dict(zip(names, SESSION, strict=True)) | fields).values())


def refused(name: str, *words: str) -> bytes:
    """Return the answer that it was not."""
    return refusal(2, name, *words)


def released() -> bytes:
    """Return the answer that it is over."""
    return answer(RETURN, 2, "", ())


def sockets_of(world: World) -> MemorySockets:
    """Return the sockets of a world in memory."""
    sockets = world.local_sockets
    assert isinstance(sockets, MemorySockets)
    return sockets


def _questions(sent: bytes) -> list[tuple[Any, ...]]:
    """Return what the questions are given that were sent so far."""
    data, found = sent.partition(b"BEGIN\r\n")[2], []
    while len(data) >= FIRST_BYTES and len(data) >= size_of(data):
        one, data = data[: size_of(data)], data[size_of(data) :]
        said = message(one)
        assert said.kind == CALL
        found.append(said.values)
    return found
