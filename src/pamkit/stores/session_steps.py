"""The steps a session takes on record, each of which one process makes and no other.

Whatever carries out statements on the file carries these out: `session_registry` in a Python
process, `session_statements` behind our own libpam.so.0.
"""

from __future__ import annotations

import errno
import os

from pamkit.formats import session_table as table
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_KEPT = 86_400_000_000
"""Microseconds for which a session that was closed stays on record."""

_FORGETS = "0"
"""The first digit of ids whose sessions forget others: to find those the whole table is read."""

_MOST = 4096
"""Bytes of a file of the kernel's that are read; it has a few hundred."""


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


class SessionSteps:
    """A file of sessions, as far as one step is made after the other.

    Every method raises `OSError` if the file cannot be read or written, `BlockingIOError` if
    others write for too long.
    """

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
        Sessions that were closed long ago are forgotten, by one in sixteen of those that begin.
        """
        name = os.urandom(16).hex()
        started = start_of(leader)
        if started is None:
            raise ProcessLookupError(errno.ESRCH, f"there is no process {leader}")
        if name.startswith(_FORGETS):
            self._do(table.FORGET, now - _KEPT)
        values = (name, service, user, uid, line, host, leader, started, boot(), now)
        self._do(table.BEGIN, *values)
        return name

    def opened(
        self, name: str, ticket: str, *, user: str | None = None, uid: int | None = None
    ) -> bool:
        """Say that a session is open, and how it is closed; return whether it was being opened.

        With ``user`` it is that user's, whoever it was begun for.
        """
        return self._changed(table.OPENED, name, ticket, user, uid)

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

    def only(self, user: str, line: str) -> str | None:
        """Return the id of the one session that a user has open on a line.

        `None` if there is none, or more: to close another one would be worse than none.
        """
        name: str | None = self._do(table.ONLY, user, line)[0][0][0]
        return name

    def adopt(self, name: str) -> bool:
        """Take a session for open that a process was closing that has gone; say whether it was."""
        entry = self.find(name)
        if entry is None or entry.state != "closing" or lives(entry.closer, entry.closer_started):
            return False
        return self._changed(table.RELEASE, name, entry.closer, entry.closer_started)

    def _do(self, statement: str, *values: object) -> tuple[list[tuple[Any, ...]], int]:
        """Carry out a statement; return its rows, and how many it changed."""
        raise NotImplementedError

    def _changed(self, statement: str, *values: object) -> bool:
        return self._do(statement, *values)[1] > 0


def boot() -> str:
    """Return which start of the machine this is; `OSError` if the kernel does not say."""
    return _read("/proc/sys/kernel/random/boot_id").decode("ascii").strip()


def start_of(pid: int | None) -> int | None:
    """Return when a process began, in clock ticks since the machine did; `None` if it is gone.

    Number and beginning name a process for good; a number alone is given to another one later.
    """
    if pid is None:
        return None
    try:
        fields = _read(f"/proc/{pid}/stat").rpartition(b") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def lives(pid: int | None, started: int | None) -> bool:
    """Whether the process that began then is still there."""
    return started is not None and start_of(pid) == started


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, _MOST)
    finally:
        os.close(descriptor)
