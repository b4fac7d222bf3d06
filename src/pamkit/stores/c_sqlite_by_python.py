"""One statement on an SQLite file, by Python's own `sqlite3`, which is imported when it is used.

The counterpart for the frozen core, which has no `sqlite3`, is `c_sqlite.c`.
"""

from __future__ import annotations

import errno

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pamkit.stores.c_library import Row, Value

_ERRNOS = {
    3: errno.EACCES,
    5: errno.EAGAIN,
    6: errno.EAGAIN,
    7: errno.ENOMEM,
    8: errno.EROFS,
    11: errno.EINVAL,
    13: errno.ENOSPC,
    14: errno.EACCES,
    23: errno.EACCES,
    26: errno.EINVAL,
}
"""SQLite's result codes as the system's; `EIO` for all others."""

_MOST_BYTES = 1 << 20
"""Of a value or a row, also while it is computed; whatever is longer is none of ours."""

_PRIMARY = 0xFF
"""The bits of a result code that are not the finer reason."""


def sqlite(
    path: bytes, settings: bytes, statement: bytes, values: Sequence[Value], may_write: bool, /
) -> tuple[Row | None, int]:
    """Carry out one statement; return its first row and how many rows it changed."""
    try:
        import sqlite3
    except ImportError:
        reason = "this Python has no `sqlite3`: install it (Debian: libpython3-stdlib)"
        raise OSError(errno.ENOENT, reason) from None

    try:
        address = address_of(path, may_write=may_write)
        database = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None)
        try:
            database.text_factory = bytes
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_BYTES)
            database.executescript(settings.decode())
            before = database.total_changes
            row: Row | None = database.execute(statement.decode(), tuple(values)).fetchone()
            return row, database.total_changes - before
        finally:
            database.close()
    except sqlite3.Error as fault:
        raise os_error(fault) from None


def os_error(fault: Exception) -> OSError:
    """Return what `sqlite3` raised as the error of the system that it comes nearest to."""
    code: int = getattr(fault, "sqlite_errorcode", 0) & _PRIMARY
    return OSError(_ERRNOS.get(code, errno.EIO), str(fault))


def address_of(path: bytes, *, may_write: bool) -> str:
    """Return the address of a file that must be there already; it is never made."""
    if b"\0" in path:
        raise ValueError("a NUL in a path")
    return (
        "file:"
        + "".join(f"%{byte:02x}" for byte in path)
        + ("?mode=rw" if may_write else "?mode=ro")
    )
