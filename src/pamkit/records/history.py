"""Who was logged in, and until when: records of logins put together with their ends.

In wtmp a login ends with the next record of its terminal, or when the machine went down; a boot
without anything before says that it crashed.  In a file of wtmpdb each login has its end beside it.
"""

from __future__ import annotations

from pamkit.formats import wtmpdb
from pamkit.formats.utmp import Kind, text
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.formats.utmp import UtmpRecord


class Ending(Names):
    """How a login ended."""

    OPEN = 0
    LOGOUT = 1
    DOWN = 2
    CRASH = 3


class PastLogin(Record):
    """A login or a boot; times are microseconds since 1970, ``pid`` is 0 if nothing says it."""

    user: str
    line: str
    host: str
    service: str
    began: int
    ended: int | None
    ending: Ending
    is_boot: bool = False
    pid: int = 0


SYSTEM_BOOT = "system boot"
"""The terminal of a boot, as last(1) shows it."""


def of_wtmp(newest_first: Iterable[UtmpRecord]) -> Iterator[PastLogin]:
    """Yield the logins and boots of wtmp, the newest first; see last(1)."""
    after: dict[str, int] = {}
    """When the next record of a terminal was written, since the machine came up."""
    down: int | None = None
    """When the machine went down, or up again if nothing says when."""
    how = Ending.OPEN
    for each in newest_first:
        kind, line, when = _kind(each), text(each.line), each.seconds * 1_000_000 + each.micros
        if kind == Kind.USER_PROCESS:
            ended, ending = after.get(line, down), Ending.LOGOUT if line in after else how
            yield _login(each, line, when, ended, ending)
        elif kind == Kind.BOOT_TIME:
            boot = _login(each, SYSTEM_BOOT, when, down, how)
            yield boot.changed(is_boot=True, pid=0)
            after, down, how = {}, when, Ending.CRASH
        elif kind == _SHUTDOWN:
            after, down, how = {}, when, Ending.DOWN
        if kind in (Kind.USER_PROCESS, Kind.DEAD_PROCESS) and line:
            after[line] = when


def of_btmp(newest_first: Iterable[UtmpRecord]) -> Iterator[PastLogin]:
    """Yield the failures of btmp, the newest first; see lastb(1)."""
    for each in newest_first:
        if each.kind == Kind.EMPTY:
            continue
        when = each.seconds * 1_000_000 + each.micros
        yield _login(each, text(each.line), when, when, Ending.LOGOUT)


def of_wtmpdb(newest_first: Iterable[tuple[object, ...]]) -> Iterator[PastLogin]:
    """Yield the logins and boots of rows of wtmpdb (`wtmpdb.ALL`), the newest first.

    A login without an end that is older than the last boot ended in a crash.  Rows that make no
    sense are passed over.
    """
    up: int | None = None
    for row in newest_first:
        match row:
            case (int(kind), bytes(user), int(began), int() | None as ended, *rest):
                line, host, service = (_said(each) for each in rest)
            case _:
                continue
        ending = Ending.LOGOUT
        if ended is None:
            ended, ending = up, Ending.OPEN if up is None else Ending.CRASH
        is_boot = kind == wtmpdb.BOOT
        line = SYSTEM_BOOT if is_boot else line
        yield PastLogin(_said(user), line, host, service, began, ended, ending, is_boot)
        if is_boot:
            up = began


_SHUTDOWN = 254
"""A kind of our own, C has one of its own as well: the system was shut down."""

_OF_THE_SYSTEM = (
    (b"shutdown", _SHUTDOWN),
    (b"reboot", Kind.BOOT_TIME),
    (b"runlevel", Kind.RUN_LVL),
)
_HALT, _REBOOT = ord("0"), ord("6")


def _kind(record: UtmpRecord) -> int:
    """Return what a record is about; programs fill in the number with little care.  See last(1)."""
    kind = record.kind
    if record.line.startswith(b"~"):
        found = (known for word, known in _OF_THE_SYSTEM if record.user.startswith(word))
        kind = next(found, kind)
    elif kind in (Kind.OLD_TIME, Kind.NEW_TIME) or record.line[:1] in (b"|", b"{"):
        return Kind.NEW_TIME
    elif not text(record.user):
        kind = Kind.DEAD_PROCESS
    elif kind != Kind.DEAD_PROCESS and record.line and not record.user.startswith(b"LOGIN"):
        kind = Kind.USER_PROCESS
    if kind == Kind.RUN_LVL and record.pid & 0xFF in (_HALT, _REBOOT):
        return _SHUTDOWN
    return kind


def _login(
    record: UtmpRecord, line: str, began: int, ended: int | None, ending: Ending
) -> PastLogin:
    user, host = text(record.user), text(record.host)
    return PastLogin(user, line, host, "", began, ended, ending, pid=record.pid)


def _said(value: object) -> str:
    return text(value) if isinstance(value, bytes) else ""
