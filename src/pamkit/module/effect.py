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
    from typing import Any, Protocol

    from pamkit.module.registry import Module
    from pamkit.vocab.message import Answer

    Perform = Callable[["Effect"], Any]
    """Performs an effect here and now, and returns its answer."""

    class Running(Protocol):
        """A program that was started; whoever started it closes it."""

        def listen(self) -> bytes | Finished:
            """Wait for what `Listen` comes back with."""

        def close(self) -> None:
            """Let go of the program: if it has not ended, it is killed."""


class Effect(Record):
    """Something to wait for; ``await effect`` gives what the driver answers."""

    def __await__(self) -> Generator[Effect, Any, Any]:
        """Surface at the driver and come back with its answer."""
        return (yield self)


class Ask(Effect):
    """Hold a conversation: show the messages and bring back one answer each."""

    messages: tuple[Message, ...]

    def __await__(self) -> Generator[Effect, Any, tuple[int, tuple[Answer, ...]]]:
        """Come back with the conversation's return code and its answers."""
        answers: tuple[int, tuple[Answer, ...]] = yield self
        return answers


class Hash(Effect):
    """Compute ``crypt(token, setting)``; slow on purpose."""

    token: Secret
    setting: str

    def __await__(self) -> Generator[Effect, Any, str | None]:
        """Come back with the hash, or `None` if the scheme is not known."""
        hashed: str | None = yield self
        return hashed


class Finished(Record):
    """How a program ended: exit status, or minus the signal that killed it, and its output.

    ``dumped``: the signal left a core dump.
    """

    status: int
    output: bytes = b""
    dumped: bool = False


class Run(Effect):
    """Run a program: absolute path, arguments, environment, and what it reads from stdin.

    ``into`` is the file that its output goes to the end of, instead of coming back; with a
    ``heading`` the file is made if it is not there, and the heading written first.
    ``with_errors``: standard error goes where the output goes; otherwise it goes nowhere.
    ``as_effective_user``: its real user is the effective one.  ``new_session``: it is the
    leader of one (`setsid(2)`).
    """

    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    stdin: Secret | bytes = b""
    as_effective_user: bool = False
    into: str = ""
    heading: bytes | None = None
    with_errors: bool = False
    new_session: bool = False

    def __await__(self) -> Generator[Effect, Any, Finished]:
        """Come back with how it ended.

        Raises `NoOutput` if ``into`` cannot be opened, `OSError` if the program cannot be
        started, and `ChildProcessError` if nobody knows how it ended.
        """
        finished: Finished = yield self
        return finished


class NoOutput(OSError):
    """Raised if the file that a program's output should go to cannot be opened."""


class Start(Effect):
    """Start a program, and come back while it runs."""

    run: Run

    def __await__(self) -> Generator[Effect, Any, Running]:
        """Come back with the program; raises what `Run` raises if there will be none."""
        running: Running = yield self
        return running


class Listen(Effect):
    """Wait until a program that was started says something or ends."""

    running: Running

    def __await__(self) -> Generator[Effect, Any, bytes | Finished]:
        """Come back with what it said, or how it ended (without output)."""
        heard: bytes | Finished = yield self
        return heard


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
