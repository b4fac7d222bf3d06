"""The SQLite file of open sessions: its one table, and every statement that is carried out on it.

Whatever SQLite there is reads it (`sqlite3 /run/pamkit/sessions.sqlite`):

    id        32 hexadecimal digits, drawn at random
    state     opening, open, closing or closed
    service, user, uid, line, host
              of the opener's handle; line and host may be empty
    leader, started, boot
              the process the session is for, when it began (clock ticks since the machine did), and
              which start of the machine that was
    closer, closer_started
              the process that is closing it
    opened, closed
              in microseconds since 1970
    ticket    what it takes to close it, as `sessions.ticket` writes it

The journal is SQLite's old one, for the reasons that `formats.user_table` has; so there is no race
of first users into another mode.
"""

from __future__ import annotations

APPLICATION_ID = 0x70616D73
"""`pams`: SQLite and file(1) show whose file it is."""

VERSION = 1

CREATE = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    state TEXT NOT NULL CHECK (state IN ('opening', 'open', 'closing', 'closed')),
    service TEXT NOT NULL CHECK (typeof(service) = 'text'),
    user TEXT NOT NULL CHECK (typeof(user) = 'text'),
    uid INTEGER CHECK (typeof(uid) IN ('integer', 'null')),
    line TEXT NOT NULL CHECK (typeof(line) = 'text'),
    host TEXT NOT NULL CHECK (typeof(host) = 'text'),
    leader INTEGER NOT NULL CHECK (typeof(leader) = 'integer'),
    started INTEGER NOT NULL CHECK (typeof(started) = 'integer'),
    boot TEXT NOT NULL CHECK (typeof(boot) = 'text'),
    closer INTEGER CHECK (typeof(closer) IN ('integer', 'null')),
    closer_started INTEGER CHECK (typeof(closer_started) IN ('integer', 'null')),
    opened INTEGER NOT NULL CHECK (typeof(opened) = 'integer'),
    closed INTEGER CHECK (typeof(closed) IN ('integer', 'null')),
    ticket TEXT NOT NULL DEFAULT '' CHECK (typeof(ticket) = 'text')
) WITHOUT ROWID;
"""

FIRST = "PRAGMA journal_mode = MEMORY;"
"""For the making alone: nobody else knows the file yet."""

SETTINGS = """
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA temp_store = MEMORY;
PRAGMA synchronous = FULL;
"""

IS_OURS = (
    f"SELECT (SELECT application_id FROM pragma_application_id) = {APPLICATION_ID}"
    f" AND (SELECT user_version FROM pragma_user_version) = {VERSION}"
)
"""One row: whether the file is one of ours, 1 or 0."""

# Only constants are put together: values are bound.
# ruff: noqa: S608
_TABLE = "sessions INDEXED BY sqlite_autoindex_sessions_1"
"""The table by its key: a view that somebody planted has none."""

_T1, _T2, _T3, _T5, _T6, _T9 = (f"CAST(?{number} AS TEXT)" for number in (1, 2, 3, 5, 6, 9))
"""Texts, which may be handed over as bytes."""

COLUMNS = (
    "id, state, service, user, uid, line, host, leader, started, boot, closer, closer_started,"
    " opened, closed, ticket"
)

BEGIN = (
    "INSERT INTO sessions"
    " (id, state, service, user, uid, line, host, leader, started, boot, opened)"
    f" VALUES ({_T1}, 'opening', {_T2}, {_T3}, ?4, {_T5}, {_T6}, ?7, ?8, {_T9}, ?10)"
)
OPENED = (
    f"UPDATE {_TABLE} SET state = 'open', ticket = {_T2}, user = coalesce({_T3}, user),"
    f" uid = CASE WHEN ?3 IS NULL THEN uid ELSE ?4 END WHERE id = {_T1} AND state = 'opening'"
)
FAILED = f"DELETE FROM {_TABLE} WHERE id = {_T1} AND state = 'opening'"
CLAIM = (
    f"UPDATE {_TABLE} SET state = 'closing', closer = ?2, closer_started = ?3"
    f" WHERE id = {_T1} AND state = 'open'"
)
RELEASE = (
    f"UPDATE {_TABLE} SET state = 'open', closer = NULL, closer_started = NULL"
    f" WHERE id = {_T1} AND state = 'closing' AND closer = ?2 AND closer_started = ?3"
)
CLOSED = (
    f"UPDATE {_TABLE} SET state = 'closed', closed = ?4"
    f" WHERE id = {_T1} AND state = 'closing' AND closer = ?2 AND closer_started = ?3"
)
FIND = f"SELECT {COLUMNS} FROM {_TABLE} WHERE id = {_T1}"
OF_LINE = (
    f"SELECT {COLUMNS} FROM sessions"
    f" WHERE user = {_T1} AND line = {_T2} AND state = 'open' ORDER BY opened"
)
ONLY = (
    "SELECT CASE WHEN count(*) = 1 THEN min(id) END FROM sessions"
    f" WHERE user = {_T1} AND line = {_T2} AND state = 'open'"
)
"""One row: the id, or nothing."""
NOT_CLOSED = f"SELECT {COLUMNS} FROM sessions WHERE state <> 'closed' ORDER BY opened, id"
FORGET = "DELETE FROM sessions WHERE state = 'closed' AND closed < ?1"
