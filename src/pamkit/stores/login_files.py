"""Files of login records, behind `world.LoginFiles`: shared with every program that logs in.

C programs lock them with fcntl(2) and wait up to ten seconds for others; here a caller says how
long.  The lock is one of an open file: it meets C's, and nothing else that this process closes
gives it back.  Databases are SQLite's, which locks them itself.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
import time

from pamkit.formats.passwd import bytes_of
from pamkit.stores.journal_place import is_open_to_others, refusal
from pamkit.stores.regular import open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import TypeVar

    from pamkit.stores.c_library import Row, Value
    from pamkit.stores.root import Root

    T = TypeVar("T")

PATIENCE = 10.0
"""Seconds that glibc waits for the lock of a file.  C: `TIMEOUT` of `utmp_file.c`."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.000_2, 0.01
"""Seconds between the tries, each twice as long; who is well has a file for a ten-thousandth."""

_FROM_START = 0
"""C: `SEEK_SET`."""

_SETTINGS = b"""
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA temp_store = MEMORY;
"""


class DiskLoginFiles:
    """Files and databases below a root."""

    __slots__ = ("_machine", "_patience", "_root")

    def __init__(self, root: Root, *, patience: float = 0.0) -> None:
        """Serve what is below ``root``; wait for others at most ``patience`` seconds.

        None by default: who waits must not hold an event loop up.
        """
        self._root, self._patience = root, patience
        self._machine = ""

    def machine(self) -> str:
        """Return the kind of machine whose programs write the files; see `world.LoginFiles`."""
        if not self._machine:
            self._machine = os.uname().machine
        return self._machine

    def hold(
        self, path: str, *, start: int = 0, length: int = 0, create: int | None = None
    ) -> DiskHeldFile:
        """Return a file, locked; see `world.LoginFiles`."""
        descriptor = self._to_write(path, create)
        try:
            self._lock(descriptor, fcntl.F_WRLCK, start, length)
        except BaseException:  # an interrupt too; it goes on
            os.close(descriptor)
            raise
        return DiskHeldFile(descriptor)

    def read(
        self, path: str, at: int, size: int, *, waits: bool = True, to_write: bool = False
    ) -> bytes:
        """Return bytes of a file as they are when nobody writes; see `world.LoginFiles`."""
        descriptor = self._to_write(path) if to_write else open_regular(self._root, path)
        try:
            if not waits:
                return _read(descriptor, at, size)
            self._lock(descriptor, fcntl.F_RDLCK, at, size)
            try:
                return _read(descriptor, at, size)
            finally:
                _unlock(descriptor)
        finally:
            os.close(descriptor)

    def change(
        self, path: str, create: str, statement: str, values: tuple[Value, ...]
    ) -> Row | None:
        """Carry out a statement on a database; see `world.LoginFiles`."""
        if is_open_to_others(self._root, path):
            raise refusal(path)
        self._make(path)
        settings, asked = _SETTINGS + create.encode(), statement.encode()
        return self._patiently(lambda: self._sqlite(path, settings, asked, values, writes=True))

    def look(self, path: str, statement: str, values: tuple[Value, ...]) -> Row | None:
        """Return a row of a database; see `world.LoginFiles`.

        What is left of a change that was cut short is put in order first, where that is safe, by
        who may.
        """
        with self._root.place(path) as place:
            os.stat(place.name, dir_fd=place.directory)
        writes, asked = not is_open_to_others(self._root, path), statement.encode()
        settings = _SETTINGS + b"PRAGMA query_only = ON;"
        return self._patiently(lambda: self._sqlite(path, settings, asked, values, writes=writes))

    def _sqlite(
        self,
        path: str,
        settings: bytes,
        statement: bytes,
        values: tuple[Value, ...],
        *,
        writes: bool,
    ) -> Row | None:
        from pamkit.stores.c_library import c_library

        if self._root.is_system:
            return c_library.sqlite(bytes_of(path), settings, statement, values, writes)[0]
        with self._root.place(path) as place:
            inside = b"/proc/self/fd/%d/%s" % (place.directory, place.name)
            return c_library.sqlite(inside, settings, statement, values, writes)[0]

    def _make(self, path: str) -> None:
        """Make an empty file, which SQLite takes for an empty database, unless one is there.

        It is not opened.  C: closing it would give back the locks that SQLite took on it for
        another thread of this process, in the middle of what that writes.
        """
        with self._root.place(path) as place:
            try:
                os.mknod(place.name, 0o644 | stat.S_IFREG, dir_fd=place.directory)
            except FileExistsError:
                return  # two who make it at once make one

    def _to_write(self, path: str, create: int | None = None) -> int:
        """Open a regular file, to read and write."""
        flags = os.O_RDWR if create is None else os.O_RDWR | os.O_CREAT
        descriptor = self._opened(path, flags, create or 0)
        try:
            _require_regular(descriptor, path)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _opened(self, path: str, flags: int, mode: int) -> int:
        if not flags & os.O_CREAT:
            return self._root.open(path, flags)
        flags |= os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
        with self._root.place(path) as place:
            return os.open(place.name, flags | os.O_NOFOLLOW, mode, dir_fd=place.directory)

    def _lock(self, descriptor: int, kind: int, start: int, length: int) -> None:
        try:
            _lock(descriptor, kind, start, length)  # mostly nobody else is at it
        except BlockingIOError:
            self._patiently(lambda: _lock(descriptor, kind, start, length))

    def _patiently(self, act: Callable[[], T]) -> T:
        end, pause = 0.0, _FIRST_PAUSE
        while True:
            try:
                return act()
            except BlockingIOError:
                now = time.monotonic()
                end = end or now + self._patience
                if now >= end:
                    raise
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)


class DiskHeldFile:
    """A file while it is locked; a context manager that lets it go."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        """Own ``descriptor``, which holds the lock."""
        self._descriptor = descriptor

    def size(self) -> int:
        """Return how many bytes the file has."""
        return os.fstat(self._descriptor).st_size

    def is_open_to_all(self) -> bool:
        """Whether any user may read or write the file."""
        return bool(os.fstat(self._descriptor).st_mode & stat.S_IRWXO)

    def read(self, at: int, size: int) -> bytes:
        """Return the bytes at a place, fewer only at the file's end."""
        return _read(self._descriptor, at, size)

    def write(self, at: int, data: bytes) -> None:
        """Write bytes over what is there."""
        while data:
            written = os.pwrite(self._descriptor, data, at)
            at, data = at + written, data[written:]

    def append(self, at: int, data: bytes) -> None:
        """Write a record at the file's end, whole or not at all, as far as somebody is alive."""
        before = self.size()
        try:
            if os.pwrite(self._descriptor, data, at) == len(data):
                return
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except BaseException:  # an interrupt too; it goes on
            # C: what was written of it goes; what was there, a piece of a record, counts for none.
            os.ftruncate(self._descriptor, min(at, before))
            raise

    def __enter__(self) -> DiskHeldFile:
        """Use the file."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Give the lock back."""
        try:
            # Closing alone would not do: a child forked meanwhile has the descriptor as well.
            _unlock(self._descriptor)
        finally:
            os.close(self._descriptor)


def _lock(descriptor: int, kind: int, start: int, length: int) -> None:
    """Lock a part of a file, or all of it if ``length`` is 0; `BlockingIOError` if it is held."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _range(kind, start, length))
    except PermissionError as fault:
        if fault.errno == errno.EACCES:  # fcntl(2): another way to say it
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None
        raise


def _unlock(descriptor: int) -> None:
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _NOTHING)
    except OSError:
        return  # it goes with the descriptor


def _range(kind: int, start: int, length: int) -> bytes:
    """Return C's ``struct flock``; ``l_pid`` has to be 0."""
    return _FLOCK.pack(kind, _FROM_START, start, length, 0)


_FLOCK = struct.Struct("hhqqi0q")
_NOTHING = _range(fcntl.F_UNLCK, 0, 0)


def _require_regular(descriptor: int, path: str) -> None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise OSError(errno.EINVAL, "not a regular file", path)


def _read(descriptor: int, at: int, size: int) -> bytes:
    pieces = []
    while size > 0:
        piece = os.pread(descriptor, size, at)
        if not piece:
            break
        pieces.append(piece)
        at, size = at + len(piece), size - len(piece)
    return b"".join(pieces)
