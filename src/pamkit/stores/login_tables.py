"""Login records looked through by whoever shows them: ends of long files, tables, databases."""

from __future__ import annotations

import errno
import os

from pamkit.formats.user_table import FOR_LOOKING
from pamkit.stores.c_sqlite_by_python import address_of, os_error
from pamkit.stores.journal_place import is_open_to_others
from pamkit.stores.regular import open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pamkit.stores.root import Root

_PATIENCE = 5.0
"""Seconds that are waited for others who write.  C: `TIMEOUT` of wtmpdb."""

_SQLITE = b"SQLite format 3\0"

_MOST = 6_000 * 9_600
_STEP = 9_600
"""Bytes of the end of a file that are read: in steps that have whole records of every layout."""

_CHUNK = 256


def is_database(root: Root, path: str) -> bool:
    """Whether a file is one of SQLite; `OSError` if it cannot be read."""
    descriptor = open_regular(root, path)
    try:
        return os.pread(descriptor, len(_SQLITE), 0) == _SQLITE
    finally:
        os.close(descriptor)


def end_of(root: Root, path: str) -> bytes:
    """Return a file's bytes, of a very long one the end; `OSError` if it cannot be read."""
    descriptor = open_regular(root, path)
    try:
        size = os.fstat(descriptor).st_size
        start = max(0, -(-(size - _MOST) // _STEP) * _STEP)
        os.lseek(descriptor, start, os.SEEK_SET)
        pieces = []
        while piece := os.read(descriptor, 1 << 20):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def filled(root: Root, path: str, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a table that are not empty, with their numbers; holes cost nothing."""
    descriptor = open_regular(root, path)
    try:
        number = 0
        while (at := _next_data(descriptor, number * size)) is not None:
            number = max(number, at // size)
            piece = os.pread(descriptor, size * _CHUNK, number * size)
            if not piece:
                return
            for start in range(0, len(piece), size):
                record = piece[start : start + size]
                if record.strip(b"\0"):
                    yield number + start // size, record
            number += -(-len(piece) // size)
    finally:
        os.close(descriptor)


def rows(root: Root, path: str, statement: str, *values: bytes) -> tuple[tuple[Any, ...], ...]:
    """Return all rows of a statement on a database, which is not changed by it.

    What is left of a change that was cut short is put in order first, where that is safe, by who
    may.  `OSError` if it cannot be read; a database without the table has no rows.
    """
    try:
        import sqlite3
    except ImportError:
        reason = "this Python has no `sqlite3`: install it (Debian: libpython3-stdlib)"
        raise OSError(errno.ENOENT, reason) from None

    writes = not is_open_to_others(root, path)
    with root.place(path) as place:
        inside = b"/proc/self/fd/%d/%s" % (place.directory, place.name)
        address = address_of(os.fsencode(path) if root.is_system else inside, may_write=writes)
        try:
            database = sqlite3.connect(address, uri=True, timeout=_PATIENCE)
            try:
                database.executescript(FOR_LOOKING)
                return tuple(database.execute(statement, values))
            finally:
                database.close()
        except sqlite3.Error as fault:
            if "no such table" in str(fault):
                return ()
            wrong = os_error(fault)
            cut_short = wrong.errno == errno.EROFS
            said = "a change was cut short, and who may write it has to read it first"
            raise OSError(wrong.errno, said if cut_short else wrong.strerror, path) from None


def _next_data(descriptor: int, at: int) -> int | None:
    """Return where the next bytes are that are no hole."""
    try:
        return os.lseek(descriptor, at, os.SEEK_DATA)
    except OSError as fault:
        if fault.errno == errno.ENXIO:
            return None
        if fault.errno == errno.EINVAL:
            return at  # a file system without holes
        raise
