"""The lock of the account files, the one of lckpwdf(3)."""

from __future__ import annotations

import fcntl
import os
import struct
import time
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from pamkit.stores.root import Root

LOCK_FILE = "/etc/.pwd.lock"
"""The file that lckpwdf(3) locks."""

# C: pam_unix tries 100 times, 1 ms apart, but each try waits up to 15 s inside lckpwdf(3).
# Nobody may be held up that long here: an event loop may be waiting.
_TRIES = 100
_PAUSE = 0.01


class PasswordLock:
    """Holds the lock while it is entered; excludes processes, threads and the C library.

    An open file description lock: it meets the record locks of lckpwdf(3), but belongs to
    this descriptor, so that neither another thread nor a stray ``close`` undoes it.
    """

    __slots__ = ("_descriptor", "_holder", "_root", "_sleep")

    def __init__(self, root: Root, sleep: Callable[[float], object] = time.sleep) -> None:
        """Lock the account files below ``root``; wait with ``sleep`` between tries."""
        self._root, self._sleep = root, sleep
        self._descriptor = -1
        self._holder: int | None = None

    def is_mine(self) -> bool:
        """Whether this thread holds the lock."""
        return self._holder == get_ident()

    def __enter__(self) -> None:
        """Take the lock.

        `TimeoutError` if another holds it for a second; any other `OSError` if it cannot be
        locked at all.
        """
        if self.is_mine():
            raise TimeoutError("this thread holds the lock of the account files already")
        descriptor = _open(self._root)
        try:
            self._take(descriptor)
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

    def _take(self, descriptor: int) -> None:
        for _ in range(_TRIES):
            try:
                fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _whole_file(fcntl.F_WRLCK))
            except (BlockingIOError, PermissionError):
                self._sleep(_PAUSE)
            else:
                return
        raise TimeoutError(f"another process holds the lock `{LOCK_FILE}`")


def _open(root: Root) -> int:
    with root.place(LOCK_FILE) as place:
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        return os.open(place.name, flags, 0o600, dir_fd=place.directory)


def _whole_file(kind: int) -> bytes:
    """Return C's ``struct flock`` for a whole file; ``l_pid`` has to be 0."""
    return struct.pack("hhqqi0q", kind, os.SEEK_SET, 0, 0, 0)
