"""The lock of the account files, the one of lckpwdf(3)."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from pamkit.stores.root import Root

LOCK_FILE = "/etc/.pwd.lock"
"""The file that lckpwdf(3) locks."""

_FROM_START = 0
"""C: `SEEK_SET`."""


class PasswordLock:
    """Holds the lock while it is entered; excludes processes, threads and the C library.

    An open file description lock: it meets the record locks of lckpwdf(3), but belongs to
    this descriptor, so that neither another thread nor a stray ``close`` undoes it.
    """

    __slots__ = ("_descriptor", "_holder", "_root")

    def __init__(self, root: Root) -> None:
        """Lock the account files below ``root``."""
        self._root = root
        self._descriptor = -1
        self._holder: int | None = None

    def is_mine(self) -> bool:
        """Whether this thread holds the lock."""
        return self._holder == get_ident()

    def __enter__(self) -> None:
        """Take the lock, at once or not at all: who waits must not hold an event loop up.

        `BlockingIOError` if another holds it; any other `OSError` if it cannot be locked.
        """
        if self.is_mine():
            raise BlockingIOError(errno.EAGAIN, "this thread holds the lock already")
        descriptor = _open(self._root)
        try:
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _whole_file(fcntl.F_WRLCK))
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor, self._holder = descriptor, get_ident()

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Give the lock back."""
        descriptor, self._descriptor, self._holder = self._descriptor, -1, None
        try:
            # Closing alone would not do: a child forked meanwhile has the descriptor as well.
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _whole_file(fcntl.F_UNLCK))
        finally:
            os.close(descriptor)


def _open(root: Root) -> int:
    with root.place(LOCK_FILE) as place:
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        return os.open(place.name, flags, 0o600, dir_fd=place.directory)


def _whole_file(kind: int) -> bytes:
    """Return C's ``struct flock`` for a whole file; ``l_pid`` has to be 0."""
    return struct.pack("hhqqi0q", kind, _FROM_START, 0, 0, 0)
