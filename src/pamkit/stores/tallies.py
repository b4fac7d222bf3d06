"""The failed logins of users in faillock's files, behind `world.Tallies`.

The files are shared with the C module and the C tool while both are at work: whoever reads or
writes holds flock(2) on the file itself, and the file is changed in place, never replaced, for
somebody may be waiting for the lock of the one that is there.  Each write lies within a page of
memory, which the kernel changes whole or not at all if the writer is killed.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat

from pamkit.formats.faillock_tally import MOST, SIZE, decode, encode
from pamkit.formats.passwd import bytes_of
from pamkit.stores.c_library import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from pamkit.formats.faillock_tally import Failure
    from pamkit.stores.root import Root

_PAGE = 4096
_MOST_TRIES = 16
"""How often a file may be removed between its opening and its locking."""

_FILE_SIZE = 1
"""C: `RLIMIT_FSIZE`."""

_SAFE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class DiskTallies:
    """Files of failed logins below a root."""

    __slots__ = ("_root",)

    def __init__(self, root: Root) -> None:
        """Serve the files below ``root``."""
        self._root = root

    def hold(self, directory: str, user: str, uid: int, *, create: bool) -> DiskTally:
        """Return a user's tally, locked; see `world.Tallies`.

        As in C, the directory is made with mode 0755, and the file belongs to the user with mode
        0660, so that a screen locker without rights can count: who can do that can forget, too.
        Nothing that is no regular file with a single name is touched.  A process that could not
        write a full file has none: whoever starts su(1) sets its limits, and could make a failure
        impossible to put on record, or a signal (`SIGXFSZ`) the answer to a wrong guess.
        """
        name = _name_of(user)
        _require_room(user)
        for _ in range(_MOST_TRIES):
            descriptor = self._opened(directory, name, create=create)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                status = _looked_at(descriptor, user)
                if status.st_nlink:
                    _dress(descriptor, status, uid)
                    return DiskTally(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)  # it was removed: what is counted in it nobody would see
        raise BlockingIOError(errno.EAGAIN, "the tally file comes and goes", user)

    def look(self, directory: str, user: str) -> tuple[Failure, ...]:
        """Return a user's failures, oldest record first; see `world.Tallies`."""
        descriptor = self._open(directory, _name_of(user), os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            _looked_at(descriptor, user)
            return _decoded(descriptor, _read(descriptor))
        finally:
            os.close(descriptor)

    def _opened(self, directory: str, name: bytes, *, create: bool) -> int:
        try:
            return self._open(directory, name, os.O_RDWR)
        except FileNotFoundError:
            if not create:
                raise
        self._make(directory)
        return self._open(directory, name, os.O_RDWR | os.O_CREAT)

    def _open(self, directory: str, name: bytes, flags: int) -> int:
        place = self._root.open(directory, os.O_PATH | os.O_DIRECTORY)
        try:
            return os.open(name, flags | _SAFE, 0o660, dir_fd=place)
        finally:
            os.close(place)

    def _make(self, directory: str) -> None:
        """Make the directory; where that fails, the opening that follows says so."""
        try:
            with self._root.place(directory) as place:
                os.mkdir(place.name, 0o755, dir_fd=place.directory)
        except OSError:
            return


class DiskTally:
    """The failures of one user while their file is locked; a context manager that lets it go."""

    __slots__ = ("_data", "_descriptor")

    def __init__(self, descriptor: int) -> None:
        """Own ``descriptor``, which holds the lock."""
        self._descriptor = descriptor
        self._data: bytes | None = None

    def failures(self) -> tuple[Failure, ...]:
        """Return the records, in the order of the file; `OSError` if they cannot be read."""
        return _decoded(self._descriptor, self._read())

    def record(self, failures: Sequence[Failure], at: int) -> None:
        """Write what differs from what is there; the page with the new one, ``at``, comes last.

        Up to then the file says what it said: what the other pages lose does not count any more.
        `OSError` if it cannot be written; then the new one is not on record, and nothing is lost.
        """
        old, new = self._read(), encode(failures)
        newest = at * SIZE // _PAGE
        pages = [page for page in range(-(-len(new) // _PAGE)) if page != newest]
        for page in [*pages, newest]:
            self._write_page(page * _PAGE, old, new)
        self._data = new
        if os.fstat(self._descriptor).st_size > len(new):
            os.ftruncate(self._descriptor, len(new))

    def clear(self) -> None:
        """Forget all failures; `OSError` if that cannot be."""
        os.ftruncate(self._descriptor, 0)
        self._data = b""

    def __enter__(self) -> DiskTally:
        """Use the tally."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Give the lock back."""
        try:
            # Closing alone would not do: a child forked meanwhile has the descriptor as well.
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        except OSError:
            pass
        finally:
            os.close(self._descriptor)

    def _read(self) -> bytes:
        if self._data is None:
            self._data = _read(self._descriptor)
        return self._data

    def _write_page(self, start: int, old: bytes, new: bytes) -> None:
        places = [
            at
            for at in range(start, min(start + _PAGE, len(new)), SIZE)
            if new[at : at + SIZE] != old[at : at + SIZE]
        ]
        if not places:
            return
        at, end = places[0], places[-1] + SIZE
        while at < end:
            at += os.pwrite(self._descriptor, new[at:end], at)


def _name_of(user: str) -> bytes:
    """Return the name of a user's file; `OSError` for a user who would name another place."""
    try:
        name = bytes_of(user)
    except ValueError:
        name = b""
    if name in (b"", b".", b"..") or b"/" in name or b"\0" in name:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), user)
    return name


def _require_room(user: str) -> None:
    """Raise `OSError` if this process may not write as much as a file of failures can hold.

    C: it is killed at the failure, which is not on record then, or goes on without it.
    """
    try:
        soft, _ = c_library.limit(_FILE_SIZE)
    except OSError:
        return  # nothing says so: it is as in C
    if soft < MOST * SIZE:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), user)


def _looked_at(descriptor: int, user: str) -> os.stat_result:
    """Return the status of a file; `OSError` if it is another's as well, or no file at all."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", user)
    if status.st_nlink > 1:
        raise OSError(errno.EMLINK, "the file has another name", user)
    return status


def _dress(descriptor: int, status: os.stat_result, uid: int) -> None:
    """Give a file owner and mode as far as this process may, as C does at each opening."""
    try:
        if status.st_uid != uid:
            os.fchown(descriptor, uid, -1)
    except OSError:
        pass  # C: it counts all the same
    try:
        if not status.st_mode & stat.S_IWGRP:
            os.fchmod(descriptor, 0o660)
    except OSError:
        return


def _read(descriptor: int) -> bytes:
    pieces, at = [], 0
    while at < MOST * SIZE:
        piece = os.pread(descriptor, MOST * SIZE - at, at)
        if not piece:
            break
        pieces.append(piece)
        at += len(piece)
    return b"".join(pieces)


def _decoded(descriptor: int, data: bytes) -> tuple[Failure, ...]:
    torn_at = int(os.fstat(descriptor).st_mtime) if len(data) % SIZE else 0
    return decode(data, torn_at=max(torn_at, 0))
