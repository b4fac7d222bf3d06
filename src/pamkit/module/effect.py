"""What a hook waits for: effects that whoever drives performs or passes on.

A hook awaits an effect; the effect surfaces at the driver, which answers it its own way: on
the spot, on an event loop, outside the interpreter, or from a script.  There is no event
loop in here, and no thread.
"""

from __future__ import annotations

from pamkit.vocab.message import Message
from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from pamkit.module.registry import Module
    from pamkit.vocab.message import Answer

    Perform = Callable[["Effect"], Any]
    """Performs an effect here and now, and returns its answer."""


class Effect(Record):
    """Something to wait for; ``await effect`` gives what the driver answers."""

    def __await__(self) -> Generator[Effect, Any, Any]:
        """Surface at the driver and come back with its answer."""
        return (yield self)


class Ask(Effect):
    """Hold a conversation: show the messages and bring back one answer each."""

    messages: tuple[Message, ...]

    # By hand, and not as a generator: there is one for each person who types.

    def __await__(self) -> Generator[Effect, Any, tuple[int, tuple[Answer, ...]]]:
        """Come back with the conversation's return code and its answers."""
        steps: Any = self
        waiting: Generator[Effect, Any, tuple[int, tuple[Answer, ...]]] = steps
        return waiting

    def __iter__(self) -> Ask:
        """Be stepped."""
        return self

    def __next__(self) -> Ask:
        """Surface at the driver."""
        return self

    def send(self, reply: tuple[int, tuple[Answer, ...]]) -> Ask:
        """Come back."""
        raise StopIteration(reply)

    def throw(self, *fault: Any) -> Ask:
        """Come back with what was raised instead."""
        odd = fault[1] if len(fault) > 1 and fault[1] is not None else fault[0]
        if odd is StopIteration or isinstance(odd, StopIteration):
            # Here that would be an answer, and nobody gave one.
            raise RuntimeError("who performs an effect raised StopIteration") from odd
        raise odd


class Hash(Effect):
    """Compute ``crypt(token, setting)``; slow on purpose."""

    token: Secret
    setting: str

    def __await__(self) -> Generator[Effect, Any, str | None]:
        """Come back with the hash, or `None` if the scheme is not known."""
        hashed: str | None = yield self
        return hashed


class Later(Effect):
    """Wait until the application makes the same call again."""

    def __await__(self) -> Generator[Effect, Any, None]:
        """Come back when it has."""
        yield self


class Wait(Effect):
    """Wait for some seconds."""

    seconds: float

    def __await__(self) -> Generator[Effect, Any, None]:
        """Come back when the time has passed."""
        yield self


class Native(Effect):
    """Call a hook of a native module: its address, the flags, the words of its line."""

    pointer: int
    flags: int
    args: tuple[str, ...]

    def __await__(self) -> Generator[Effect, Any, int]:
        """Come back with what it answers."""
        answer: int = yield self
        return answer


class Tell(Effect):
    """Tell an application in C how a call ended, and how long it is to wait."""

    pointer: int
    code: int
    microseconds: int

    def __await__(self) -> Generator[Effect, Any, None]:
        """Come back when it has been told."""
        yield self


class Load(Effect):
    """Open a native module: the path of a shared object."""

    path: str

    def __await__(self) -> Generator[Effect, Any, Loaded]:
        """Come back with its hooks, or why there are none."""
        loaded: Loaded = yield self
        return loaded


class Loaded(Record, eq=False):
    """A native module that was opened: the addresses of its six hooks, 0 where it has none.

    The order is that of `Primitive`.  ``fault`` says why it could not be opened.
    """

    hooks: tuple[int, ...] = ()
    fault: str = ""


class Bring(Effect):
    """Bring in a service module from a file of Python: its path."""

    path: str

    def __await__(self) -> Generator[Effect, Any, Module | str]:
        """Come back with the module, or why there is none."""
        module: Module | str = yield self
        return module


class Blocking(Effect):
    """Call a function that cannot be suspended, and hand it what performs effects meanwhile.

    For hooks that others wrote to wait for their conversation; one of ours awaits instead.
    """

    function: Callable[[Perform], int]

    def __await__(self) -> Generator[Effect, Any, int]:
        """Come back with what it returned; what it raised is raised."""
        answer: int = yield self
        return answer
