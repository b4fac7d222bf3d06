"""What a hook waits for that has a program run: to its end, or while it is listened to.

They stand apart from the other effects because most logins run no program.
"""

from __future__ import annotations

from pamkit.module.effect import Effect
from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any, Protocol

    class Running(Protocol):
        """A program that was started; whoever started it closes it."""

        def listen(self) -> bytes | Finished:
            """Wait for what `Listen` comes back with."""

        def close(self) -> None:
            """Let go of the program: if it has not ended, it is killed."""


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
    ``as_effective_user``: its real user is the effective one.  ``as_user``: it is this user and
    group alone, with no other groups and no way back.  ``new_session``: it is the leader of one
    (`setsid(2)`).
    """

    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    stdin: Secret | bytes = b""
    as_effective_user: bool = False
    as_user: tuple[int, int] | None = None
    into: str = ""
    heading: bytes | None = None
    with_errors: bool = False
    new_session: bool = False

    def __await__(self) -> Generator[Effect, Any, Finished]:
        """Come back with how it ended.

        Raises `NoOutput` if ``into`` cannot be opened, `NoUser` if it cannot be ``as_user``,
        `OSError` if the program cannot be started, and `ChildProcessError` if nobody knows how
        it ended.
        """
        finished: Finished = yield self
        return finished


class NoOutput(OSError):
    """Raised if the file that a program's output should go to cannot be opened."""


class NoUser(PermissionError):
    """Raised if a program cannot run as a user; its file name is the function of C that failed."""


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
