"""What a hook needs to put a program between the application and its terminal."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class TerminalFilters(Protocol):
        """Programs through which all goes that a process reads and writes."""

        def put(
            self,
            program: str,
            environment: tuple[tuple[str, str], ...],
            *,
            forget: Callable[[], object],
            ended: Callable[[], object],
        ) -> None:
            """Put a program between this process and its standard input, output and errors.

            It comes back in a child, which is the application from then on.  The process that was
            called never comes back: it calls ``forget``, which should wipe secrets, waits until
            child and program have ended, calls ``ended``, and ends as the child did.

            ``program`` is an absolute path; it has the old descriptors 0 to 2, and those of the
            application as 3 to 5, no other ones, and no variable but those given.  `OSError` if
            it cannot be done, with the step that failed as its file name: `threads` if other
            threads would be left behind, `openpty`, `tcgetattr`, `tcsetattr`, `socketpair`,
            `execve` or `fork`, and nothing has happened; `setsid`, `open` or `dup2`: it has, this
            is the child, and it has no way to the outside.
            """
