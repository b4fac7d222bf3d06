"""The SQLite file of wtmpdb(8), the successor of wtmp: every login a row, with its logout.

Times are microseconds since 1970, with 64 bits; texts are as long as they are.  `Type` is 1 for a
boot and 3 for a login.  Source: `lib/sqlite.c` of wtmpdb, whose programs use the same file.
"""

from __future__ import annotations

PATH = "/var/lib/wtmpdb/wtmp.db"
"""C: `_PATH_WTMPDB`."""

BOOT, LOGIN = 1, 3
"""What a row is about."""

CREATE = (
    "CREATE TABLE IF NOT EXISTS wtmp(ID INTEGER PRIMARY KEY, Type INTEGER, User TEXT NOT NULL,"
    " Login INTEGER, Logout INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT) STRICT;"
)
"""The one table; `STRICT` wants an SQLite of 2021 (3.37), as wtmpdb itself does."""

ADD = (
    "INSERT INTO wtmp (Type, User, Login, TTY, RemoteHost, Service)"
    " VALUES (?1, CAST(?2 AS TEXT), ?3, CAST(?4 AS TEXT), CAST(?5 AS TEXT), CAST(?6 AS TEXT))"
    " RETURNING ID"
)
"""A login or a boot; one row, its number.  Texts are handed over as bytes."""

END_BY_NUMBER = "UPDATE wtmp SET Logout = ?1 WHERE ID = ?2 AND Logout IS NULL RETURNING ID"
"""The logout of a row; no row if there is none of that number, or it has ended."""

END = (
    "UPDATE wtmp SET Logout = ?1 WHERE ID = (SELECT ID FROM wtmp WHERE Type = 3"
    " AND TTY = CAST(?2 AS TEXT) AND (?3 = x'' OR User = CAST(?3 AS TEXT)) AND Logout IS NULL"
    " ORDER BY Login DESC LIMIT 1) RETURNING ID"
)
"""The logout of the newest login on a terminal, of that user or, without a name, of anybody."""

END_ONLY = (
    "UPDATE wtmp SET Logout = ?1 WHERE ID ="
    " (SELECT CASE count(*) WHEN 1 THEN max(ID) END FROM wtmp WHERE Type = 3"
    " AND TTY = CAST(?2 AS TEXT) AND (?3 = x'' OR User = CAST(?3 AS TEXT)) AND Logout IS NULL"
    " AND Login >= (SELECT coalesce(max(Login), 0) FROM wtmp WHERE Type = 1)) RETURNING ID"
)
"""The same for a line that several logins can have at once, unless there is more than one."""

ALL = (
    "SELECT Type, CAST(User AS BLOB), Login, Logout, CAST(TTY AS BLOB), CAST(RemoteHost AS BLOB),"
    " CAST(Service AS BLOB) FROM wtmp ORDER BY Login DESC, Logout ASC"
)
"""Every row, the newest login first, as wtmpdb(8) has them."""
