"""The SQLite file of lastlog2(8), the successor of lastlog: the last login of each user, by name.

Times are seconds since 1970, with 64 bits; texts are as long as they are.
Source: `liblastlog2/src/lastlog2.c` of util-linux, whose programs use the same file.
"""

from __future__ import annotations

PATH = "/var/lib/lastlog/lastlog2.db"
"""C: `LL2_DEFAULT_DATABASE`."""

CREATE = (
    "CREATE TABLE IF NOT EXISTS Lastlog2(Name TEXT PRIMARY KEY, Time INTEGER, TTY TEXT,"
    " RemoteHost TEXT, Service TEXT);"
)
"""The one table."""

PUT = (
    "REPLACE INTO Lastlog2 VALUES (CAST(?1 AS TEXT), ?2, CAST(?3 AS TEXT), CAST(?4 AS TEXT),"
    " CAST(?5 AS TEXT))"
)
"""The last login of a user in the place of the one before.  Texts are handed over as bytes."""

_COLUMNS = (
    "CAST(Name AS BLOB), Time, CAST(TTY AS BLOB), CAST(RemoteHost AS BLOB), CAST(Service AS BLOB)"
)

# The only thing put together is this constant: values are bound.
# ruff: noqa: S608
FIND = f"SELECT {_COLUMNS} FROM Lastlog2 WHERE Name = CAST(?1 AS TEXT)"
"""The last login of a user; no row for who never logged in."""

ALL = f"SELECT {_COLUMNS} FROM Lastlog2 ORDER BY Name ASC"
"""The last login of everybody, by name, as lastlog2(8) has them."""
