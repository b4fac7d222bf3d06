"""The registry of sessions: which are open, whose, and what it takes to close each of them.

One SQLite file that any number of processes change at once.  Each change is a transaction that says
from which state it leads: what one process has closed, or is closing, no other closes as well.

Who can write the file chooses what is asked when a session ends, so it belongs to who opens
sessions, and nobody else can read it; one that others can write, or could replace, is not used.
Root's registry proves that root has opened what stands there, and on which path.  A user's own
proves nothing to anybody else, for that user could have written whatever it says: there the user's
programs find their own sessions again.
"""

from __future__ import annotations

import errno
import os

from pamkit.formats import session_table as table
from pamkit.stores.c_sqlite_by_python import address_of, os_error
from pamkit.stores.own_file import make_once, require_own
from pamkit.stores.session_steps import SessionEntry, SessionSteps, boot, lives

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection
    from types import TracebackType
    from typing import Any

DEFAULT = "/run/pamkit/sessions.sqlite"
"""Where the sessions of a machine are: what is below /run ends with them, when it is started."""

_PATIENCE = 20.0
"""Seconds that are waited for others who write."""

_INHERITED: list[Connection] = []
"""Connections of processes that this one was forked from: kept, so that nothing closes them."""


class Ambiguous(LookupError):
    """More than one session is open that answers a description: none is chosen."""


class SessionRegistry(SessionSteps):
    """The file of sessions, open; a context manager that closes it.

    Every method raises `OSError` if the file cannot be read or written, `BlockingIOError` if
    others write for too long.
    """

    def __init__(self, path: str = DEFAULT) -> None:
        """Open the file at ``path``, and make it, and its directory, if it is not there.

        `OSError` with words if it is none of ours, or if others can write where root keeps it.
        """
        self._path = os.path.abspath(path)
        make_once(self._path, _fill)
        self._connect()

    def __enter__(self) -> SessionRegistry:
        """Use the file."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the file, in the process that opened it."""
        if os.getpid() == self._process:
            self._database.close()
        else:
            _INHERITED.append(self._database)

    def of_line(self, user: str, line: str) -> SessionEntry | None:
        """Return the session of a user that is open on a line; `None` if there is none.

        Raises `Ambiguous` if there are more: to close another one would be worse than none.
        Source: seed requirements B16 to B18.
        """
        rows = self._do(table.OF_LINE, user, line)[0]
        if len(rows) > 1:
            raise Ambiguous(f"{len(rows)} sessions of `{user}` are open on `{line}`")
        return SessionEntry(*rows[0]) if rows else None

    def sessions(self) -> tuple[SessionEntry, ...]:
        """Return all sessions that are not closed, the oldest first."""
        return tuple(SessionEntry(*row) for row in self._do(table.NOT_CLOSED)[0])

    def orphans(self) -> tuple[SessionEntry, ...]:
        """Return the sessions whose leader has gone, and that nobody is closing."""
        here = boot()
        return tuple(entry for entry in self.sessions() if _is_orphan(entry, here))

    def _connect(self) -> None:
        """Open the file for this process; `OSError` if it is none of ours, or open to others."""
        import sqlite3

        require_own(self._path)
        try:
            database = sqlite3.connect(
                address_of(os.fsencode(self._path), may_write=True),
                uri=True,
                timeout=_PATIENCE,
                isolation_level=None,
                check_same_thread=False,  # its transaction sees to it that one thread is in here
            )
            try:
                database.executescript(table.SETTINGS)
                if database.execute(table.IS_OURS).fetchone() != (1,):
                    reason = "not a file of sessions that is known"
                    raise OSError(errno.EINVAL, reason, self._path)
            except BaseException:  # an interrupt too; it goes on
                database.close()
                raise
        except sqlite3.Error as fault:
            raise self._named(fault) from None
        self._database, self._process = database, os.getpid()
        self._error = sqlite3.Error

    def _do(self, statement: str, *values: object) -> tuple[list[tuple[Any, ...]], int]:
        if os.getpid() != self._process:
            # SQLite: a connection is never used, nor closed, behind a fork.
            _INHERITED.append(self._database)
            self._connect()
        try:
            cursor = self._database.execute(statement, values)
            return cursor.fetchall(), cursor.rowcount
        except UnicodeEncodeError:  # bytes that a name has, and that are no UTF-8
            raise OSError(errno.EILSEQ, os.strerror(errno.EILSEQ), self._path) from None
        except self._error as fault:
            raise self._named(fault) from None

    def _named(self, fault: Exception) -> OSError:
        odd = os_error(fault)
        return type(odd)(odd.errno, odd.strerror, self._path)


def _is_orphan(entry: SessionEntry, here: str) -> bool:
    if entry.boot != here:
        return True
    if entry.state == "closing" and lives(entry.closer, entry.closer_started):
        return False
    return not lives(entry.leader, entry.started)


def _fill(file: str) -> None:
    """Make an empty file one of sessions; `OSError` if that fails."""
    import sqlite3

    try:
        made = sqlite3.connect(
            address_of(os.fsencode(file), may_write=True), uri=True, isolation_level=None
        )
        try:
            made.executescript(table.FIRST + table.CREATE)
        finally:
            made.close()
    except sqlite3.Error as fault:
        raise os_error(fault) from None
