"""Databases of users behind `world.Databases`: SQLite, Berkeley DB and GDBM files.

A policy names a path without a suffix.  The first of these that is there counts, and no other is
looked at: `.sqlite`, which nobody has by accident, then `.db` of Berkeley DB, `.pag` of GDBM's ndbm
interface, and the name itself, which Linux-PAM opens with GDBM.  Of all but the first, the
file's own first bytes say what kind it is.

An SQLite file is opened by SQLite alone, so its name must tell.  C: the locks it takes belong to
the process, and any other descriptor of the file that is closed would undo them, in the middle of
what another thread writes.  Where others than root could lay a journal beside the file, root only
reads it; see `journal_place`.
"""

from __future__ import annotations

import errno
import os
import stat

from pamkit.formats import user_table
from pamkit.formats.passwd import bytes_of
from pamkit.module.world import DatabaseUser
from pamkit.stores.journal_place import is_open_to_others, refusal
from pamkit.stores.regular import MAX_ACCOUNT_FILE, open_regular
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from pamkit.stores.c_library import Row, Value
    from pamkit.stores.root import Root

    Read = Callable[[int, int], bytes]
    T = TypeVar("T")

_SUFFIXES = (user_table.SUFFIX, ".db", ".pag", "")

_OF_SQLITE = (".sqlite", ".sqlite3")
_SQLITE = b"SQLite format 3\0"
_HEAD = 16

_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})


class DiskDatabases:
    """Databases in files below a root."""

    __slots__ = ("_root",)

    def __init__(self, root: Root) -> None:
        """Serve the files below ``root``."""
        self._root = root

    def find(self, path: str, name: str) -> DatabaseUser:
        """Return what a database has of a name."""
        file, key = self._file(path), bytes_of(name)
        if file.endswith(_OF_SQLITE):
            # What is left of a change that was cut short is put in order, where that is safe.
            writes = not is_open_to_others(self._root, file)
            settings, statement = user_table.FOR_LOOKING, user_table.FIND
            row, _ = self._sqlite(file, settings, statement, (key,), may_write=writes)
            return _managed(row, file)
        found = self._look(file, lambda kind, read, size: kind.find(read, size, key))
        return DatabaseUser(None if found is None else Secret(found))

    def endings(self, path: str, start: str) -> tuple[Secret, ...]:
        """Return what is behind ``start`` in each key that begins with it."""
        file, head = self._file(path), bytes_of(start)
        if file.endswith(_OF_SQLITE):
            reason = "the keys of an SQLite file are names alone: `key_only` is not for it"
            raise OSError(errno.ENOTSUP, reason, file)

        def gather(kind: _Kind, read: Read, size: int) -> tuple[Secret, ...]:
            if size > MAX_ACCOUNT_FILE:
                reason = f"to look through: the file has more than {MAX_ACCOUNT_FILE} bytes"
                raise OSError(errno.EFBIG, reason, file)
            keys = kind.keys(read, size)
            return tuple(Secret(key[len(head) :]) for key in keys if key.startswith(head))

        return self._look(file, gather)

    def change(self, path: str, name: str, *, old: Secret, new: Secret, now: float) -> bool:
        """Put a hash in the place of ``old``; return whether that was still there."""
        file = self._file(path)
        if not file.endswith(_OF_SQLITE):
            raise OSError(errno.ENOTSUP, "only SQLite files are written", file)
        if is_open_to_others(self._root, file):
            raise refusal(file)
        values = (bytes_of(name), old.expose(), new.expose(), int(now))
        settings, statement = user_table.FOR_CHANGING, user_table.REPLACE_HASH
        _, changed = self._sqlite(file, settings, statement, values, may_write=True)
        return changed == 1

    def _file(self, path: str) -> str:
        """Return the file that a path means; `OSError` if there is none, or it is no file."""
        missing: OSError | None = None
        for suffix in _SUFFIXES:
            file = path + suffix
            try:
                descriptor = self._root.open(file, os.O_PATH)
            except OSError as fault:
                if fault.errno not in _NOT_THERE or self._is_link(file):
                    raise
                missing = missing or fault
                continue
            mode = os.fstat(descriptor).st_mode
            os.close(descriptor)
            if stat.S_ISREG(mode):
                return file
            if suffix:  # a directory of the same name may well lie beside it
                kind = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
                raise OSError(kind, os.strerror(kind), file)
        raise missing or FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)

    def _is_link(self, file: str) -> bool:
        """Whether a name is there, and leads nowhere: a volume that is missing, perhaps.

        An older database of the same name could know who was removed since.
        """
        try:
            os.close(self._root.open(file, os.O_PATH | os.O_NOFOLLOW))
        except OSError:
            return False
        return True

    def _sqlite(
        self,
        file: str,
        settings: str,
        statement: str,
        values: tuple[Value, ...],
        *,
        may_write: bool,
    ) -> tuple[Row | None, int]:
        from pamkit.stores.c_library import c_library

        words = settings.encode(), statement.encode()
        if self._root.is_system:
            return c_library.sqlite(bytes_of(file), *words, values, may_write)
        with self._root.place(file) as place:
            inside = b"/proc/self/fd/%d/%s" % (place.directory, place.name)
            return c_library.sqlite(inside, *words, values, may_write)

    def _look(self, file: str, look: Callable[[_Kind, Read, int], T]) -> T:
        """Return what is found in a file that nobody changed meanwhile."""
        descriptor = open_regular(self._root, file)
        try:
            before = _state(descriptor)
            kind = _kind(descriptor, file)
            try:
                return look(kind, lambda at, size: _read(descriptor, at, size), before[0])
            except ValueError as fault:
                raise OSError(errno.EINVAL, str(fault), file) from None
            finally:
                if _state(descriptor) != before:
                    raise BlockingIOError(errno.EAGAIN, "the file was changed meanwhile", file)
        finally:
            os.close(descriptor)


if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    class _Kind(Protocol):
        """A format that can be read."""

        def find(self, read: Read, size: int, key: bytes) -> bytes | None:
            """Return the value of a key."""

        def keys(self, read: Read, size: int) -> Iterator[bytes]:
            """Return all keys."""


def _kind(descriptor: int, file: str) -> _Kind:
    """Return the format that a file's first bytes announce; `OSError` if it is not known."""
    from pamkit.formats import berkeley_hash, gdbm_file

    head = _read(descriptor, 0, _HEAD)
    if berkeley_hash.is_one(head):
        return berkeley_hash
    if gdbm_file.is_one(head):
        import fcntl

        # GDBM's own readers take the same lock, and its writers the other.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return gdbm_file
    if head == _SQLITE:
        reason = f"an SQLite file: its name must end in `{user_table.SUFFIX}`"
        raise OSError(errno.EINVAL, reason, file)
    reason = "not a database that is known: expected one of Berkeley DB, GDBM or SQLite"
    raise OSError(errno.EINVAL, reason, file)


def _managed(row: Row | None, file: str) -> DatabaseUser:
    """Return what an SQLite file has of a name."""
    match row:
        case (1, None, None, None):
            return DatabaseUser(None, is_managed=True)
        case (1, bytes(hashed), int(locked), int() | None as expires) if hashed:
            # Anything but 0 locks: what is not understood is not let in.
            stored = Secret(hashed)
            return DatabaseUser(stored, is_managed=True, is_locked=locked != 0, expires=expires)
    reason = "not a file of users that is known: `pamkit userdb init` makes one"
    raise OSError(errno.EINVAL, reason, file)


def _state(descriptor: int) -> tuple[int, int, int]:
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _read(descriptor: int, at: int, size: int) -> bytes:
    """Return the bytes at a place, fewer only at the file's end."""
    pieces = b""
    while len(pieces) < size:
        piece = os.pread(descriptor, size - len(pieces), at + len(pieces))
        if not piece:
            break
        pieces += piece
    return pieces
