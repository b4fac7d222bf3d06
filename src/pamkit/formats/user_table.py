"""SQLite files of users: the one table, and every statement that is carried out on it.

Whatever SQLite there is reads them, for whoever looks into the file (`sqlite3 users.sqlite`):

    name      who it is; bytes that are UTF-8
    hash      of the password, as crypt(3) makes it; nothing else that is secret is in the file
    created   when the user was added, in seconds since 1970
    changed   when the password was set
    expires   from when on the account is refused, or NULL
    locked    1 if the account is refused until somebody unlocks it

The journal is SQLite's old one, which is gone when nobody writes: the file is whole by itself,
can lie where nothing can be written, and those who may only read it leave nothing beside it.  A
log (`WAL`) would be quicker for many writers, and needs two more files that every reader writes.
The columns are held to their types by checks: `STRICT` is younger than the SQLite of systems that
are still in use.
"""

from __future__ import annotations

APPLICATION_ID = 0x70616D6B
"""`pamk`: SQLite and file(1) show whose file it is."""

VERSION = 1

SUFFIX = ".sqlite"

CREATE = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
CREATE TABLE users (
    name TEXT NOT NULL PRIMARY KEY CHECK (typeof(name) = 'text' AND name <> ''),
    hash TEXT NOT NULL CHECK (typeof(hash) = 'text' AND hash <> ''),
    created INTEGER NOT NULL CHECK (typeof(created) = 'integer'),
    changed INTEGER NOT NULL CHECK (typeof(changed) = 'integer'),
    expires INTEGER CHECK (typeof(expires) IN ('integer', 'null')),
    locked INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1))
) WITHOUT ROWID;
"""

FOR_LOOKING = """
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA temp_store = MEMORY;
PRAGMA query_only = ON;
"""
"""How a file is looked into: what somebody planted in it is not carried out, or believed."""

FOR_CHANGING = """
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA temp_store = MEMORY;
PRAGMA synchronous = EXTRA;
PRAGMA secure_delete = ON;
"""
"""How a file is changed: what is done is on the disk, and the old hash is not."""

# The only things put together are these constants: values are bound.
# ruff: noqa: S608
_OURS = (
    f"(SELECT application_id FROM pragma_application_id) = {APPLICATION_ID}"
    f" AND (SELECT user_version FROM pragma_user_version) = {VERSION}"
)

IS_OURS = f"SELECT {_OURS}"
"""One row: whether the file is one of ours, 1 or 0."""

_USERS = "users INDEXED BY sqlite_autoindex_users_1"
"""The table by its key.  A view, which could take for ever or become too large, has none."""

_NAMED = "name = CAST(?1 AS TEXT)"  # names and hashes are handed over as bytes

FIND = f"SELECT {_OURS}, hash, locked, expires FROM (SELECT 1) LEFT JOIN {_USERS} ON {_NAMED}"
"""One row: whether the file is one of ours, and what it has of a user; nothing is NULL."""

REPLACE_HASH = (
    f"UPDATE {_USERS} SET hash = CAST(?3 AS TEXT), changed = ?4"
    f" WHERE {_NAMED} AND hash = CAST(?2 AS TEXT) AND {_OURS}"
)
"""A new hash in the place of one that was looked at; of anything else, nothing is changed."""
