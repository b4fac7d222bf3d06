"""Protocols for what is mounted, and for directories that are held open while one walks.

Whoever can write in a directory can put something else in the place of any name in it, between one
look and the next.  So nothing here goes by path: a way begins at the root, and each step is taken
from the directory that the step before has opened.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Protocol

    from pamkit.module.world import FileStatus

    class Mounts(Protocol):
        """What is mounted for the calling thread; all raise `OSError`."""

        def part(self) -> None:
            """Give the thread, and what it starts, mounts of their own (`unshare(2)`)."""

        def keep_to_ourselves(self) -> None:
            """See to it that nothing we mount from now on shows up in other processes."""

        def root(self) -> OpenDirectory:
            """Return the root directory."""

    class OpenDirectory(AbstractContextManager["OpenDirectory"], Protocol):
        """A directory that stays the same whatever becomes of its path; closed when it is left.

        ``name`` is one name, never a way, and never a link that is followed.  All raise `OSError`.
        """

        @property
        def place(self) -> str:
            """What it is called in the log: its link in `/proc/self/fd`."""

        def status(self) -> FileStatus:
            """Return owner and permissions."""

        def enter(self, name: str, *, read: bool = ...) -> OpenDirectory:
            """Return a directory in this one; `OSError` for a link and all else that is none.

            What is mounted at it is entered, if anything is.  ``read``: it is opened for reading,
            so that permissions and owner can be changed.
            """

        def link(self, name: str) -> str | None:
            """Return what a symbolic link says; `None` if it is none."""

        def make(self, name: str, mode: int) -> None:
            """Make a directory, with what the umask leaves of ``mode``."""

        def remove(self, name: str) -> None:
            """Remove an empty directory."""

        def clear(self, name: str) -> None:
            """Remove a directory with all that is in it, but not what is mounted there."""

        def is_empty(self) -> bool:
            """Whether nothing is in it; it must have been entered with ``read``."""

        def set_mode(self, mode: int) -> None:
            """Change the permissions."""

        def set_owner(self, uid: int, gid: int) -> None:
            """Give it to a user and a group."""

        def is_same(self, other: OpenDirectory) -> bool:
            """Whether both are one directory, at whatever place."""

        def cover(self, source: OpenDirectory) -> None:
            """Mount a directory over this one."""

        def cover_with_memory(self, flags: int, options: str | None) -> None:
            """Mount a new tmpfs over this one; ``flags`` as mount(2) has them."""

        def uncover(self) -> None:
            """Take away what is mounted here, once nobody uses it any more."""

        def go(self) -> None:
            """Make it the current directory of the process."""

        def label(self) -> str:
            """Return its SELinux context, as the kernel writes it."""

        def set_label(self, context: str) -> None:
            """Give it an SELinux context."""
