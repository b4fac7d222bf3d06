"""The registry of sessions: which are open, whose, and what it takes to close each of them.

One SQLite file that any number of processes change at once.  Each change is a transaction that says
from which state it leads: what one process has closed, or is closing, no other closes as well.  The
file belongs to who opens sessions, and nobody else can read it: who can write it chooses what is
asked when a session ends.
"""

from __future__ import annotations

import errno
import os

from pamkit.formats import session_table as table
from pamkit.stores.c_sqlite_by_python import address_of, os_error
from pamkit.stores.journal_place import is_open_to_others, refusal
from pamkit.stores.root import Root
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection
    from types import TracebackType
    from typing import Any

DEFAULT = "/run/pamkit/sessions.sqlite"
"""Where the sessions of a machine are: what is below /run ends with them, when it is started."""

_PATIENCE = 20.0
"""Seconds that are waited for others who write."""

_KEPT = 86_400_000_000
"""Microseconds for which a session that was closed stays on record."""


_INHERITED: list[Connection] = []
"""Connections of processes that this one was forked from: kept, so that nothing closes them."""


class SessionEntry(Record):
    """A session on record; see `formats.session_table` for the fields."""

    id: str
    state: str
    service: str
    user: str
    uid: int | None
    line: str
    host: str
    leader: int
    started: int
    boot: str
    closer: int | None
    closer_started: int | None
    opened: int
    closed: int | None
    ticket: str


class Ambiguous(LookupError):
    """More than one session is open that answers a description: none is chosen."""


class SessionRegistry:
    """The file of sessions, open; a context manager that closes it.

    Every method raises `OSError` if the file cannot be read or written, `BlockingIOError` if
    others write for too long.
    """

    def __init__(self, path: str = DEFAULT) -> None:
        """Open the file at ``path``, and make it, and its directory, if it is not there.

        `OSError` with words if it is none of ours, or if others can write where root keeps it.
        """
        self._path = path
        _make(path)
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

    def begin(
        self,
        *,
        service: str,
        user: str,
        uid: int | None,
        line: str,
        host: str,
        leader: int,
        now: int,
    ) -> str:
        """Put a session on record that is being opened; return its id.

        ``leader`` is the process that the session is for, ``now`` microseconds since 1970.
        Sessions that were closed long ago are forgotten.
        """
        name = os.urandom(16).hex()
        started = start_of(leader)
        if started is None:
            raise ProcessLookupError(errno.ESRCH, f"there is no process {leader}")
        self._do(table.FORGET, now - _KEPT)
        values = (name, service, user, uid, line, host, leader, started, boot(), now)
        self._do(table.BEGIN, *values)
        return name

    def opened(self, name: str, ticket: str) -> bool:
        """Say that a session is open, and how it is closed; return whether it was being opened."""
        return self._changed(table.OPENED, name, ticket)

    def failed(self, name: str) -> bool:
        """Forget a session that could not be opened; return whether it was being opened."""
        return self._changed(table.FAILED, name)

    def claim(self, name: str, closer: int) -> SessionEntry | None:
        """Return a session that this process may close now; `None` if it is not open.

        Nobody else gets it until it is released.
        """
        started = start_of(closer)
        if started is None:  # it could neither say that it is done, nor be known to have gone
            raise ProcessLookupError(errno.ESRCH, f"there is no process {closer}")
        if not self._changed(table.CLAIM, name, closer, started):
            return None
        return self.find(name)

    def release(self, name: str, closer: int) -> bool:
        """Take a session for open again that ``closer`` could not close."""
        return self._changed(table.RELEASE, name, closer, start_of(closer))

    def closed(self, name: str, closer: int, now: int) -> bool:
        """Say that a session is closed; return whether ``closer`` was the one to close it."""
        return self._changed(table.CLOSED, name, closer, start_of(closer), now)

    def find(self, name: str) -> SessionEntry | None:
        """Return a session by its id; `None` if it is not on record."""
        rows = self._do(table.FIND, name)[0]
        return SessionEntry(*rows[0]) if rows else None

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

    def adopt(self, name: str) -> bool:
        """Take a session for open that a process was closing that has gone; say whether it was."""
        entry = self.find(name)
        if entry is None or entry.state != "closing" or _lives(entry.closer, entry.closer_started):
            return False
        return self._changed(table.RELEASE, name, entry.closer, entry.closer_started)

    def _connect(self) -> None:
        """Open the file for this process; `OSError` if it is none of ours, or open to others."""
        import sqlite3

        if _is_open_to_others(self._path):
            raise refusal(self._path)
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
            except BaseException:
                database.close()
                raise
        except sqlite3.Error as fault:
            raise self._named(fault) from None
        self._database, self._process = database, os.getpid()
        self._error = sqlite3.Error

    def _changed(self, statement: str, *values: object) -> bool:
        return self._do(statement, *values)[1] > 0

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


def boot() -> str:
    """Return which start of the machine this is; `OSError` if the kernel does not say."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


def start_of(pid: int | None) -> int | None:
    """Return when a process began, in clock ticks since the machine did; `None` if it is gone.

    Number and beginning name a process for good; a number alone is given to another one later.
    """
    if pid is None:
        return None
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def _is_orphan(entry: SessionEntry, here: str) -> bool:
    if entry.boot != here:
        return True
    if entry.state == "closing" and _lives(entry.closer, entry.closer_started):
        return False
    return not _lives(entry.leader, entry.started)


def _lives(pid: int | None, started: int | None) -> bool:
    return started is not None and start_of(pid) == started


def _make(path: str) -> None:
    """Make the file if it is not there: it gets its name when it is complete, and once."""
    import sqlite3

    directory = os.path.dirname(path) or "."
    if not os.path.isdir(directory):
        try:
            os.mkdir(directory, 0o700)
        except FileExistsError:
            if not os.path.isdir(directory):
                raise
    if os.path.lexists(path):
        return
    if _is_open_to_others(path):
        raise refusal(path)
    aside = f"{path}.{os.urandom(8).hex()}.new"
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    try:
        made = sqlite3.connect(
            address_of(os.fsencode(aside), may_write=True), uri=True, isolation_level=None
        )
        try:
            made.executescript("PRAGMA journal_mode = MEMORY;" + table.CREATE)
        finally:
            made.close()
        os.link(aside, path)
    except FileExistsError:
        return  # another process was first
    except sqlite3.Error as fault:
        odd = os_error(fault)
        raise type(odd)(odd.errno, odd.strerror, path) from None
    finally:
        os.unlink(aside)


def _is_open_to_others(path: str) -> bool:
    return is_open_to_others(Root(), os.path.abspath(path))
