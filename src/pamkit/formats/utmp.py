"""The record of utmp(5): one session, login, boot or failure, as utmp, wtmp and btmp keep it.

Two layouts are in use.  On x86-64 (and wherever programs of 32 bits have to read the same files) a
record has 384 bytes and its time 32 bits; on aarch64, s390x and others 400 bytes and 64 bits.
What is decoded encodes to the same bytes, as long as its time may be written.

Up to glibc 2.39 the time of 384 bytes is signed and ends in 2038; newer ones take it for unsigned.
So times are read as the new glibc reads them, and those that an old one would take for 1901 are not
written: `ValueError` with the reason.  Texts that do not fit are not cut unless that is asked for:
a user under another name would be another user.

Source: `bits/utmp.h` of glibc, utmp(5).
"""

from __future__ import annotations

import struct

from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

UTMP, WTMP, BTMP = "/var/run/utmp", "/var/log/wtmp", "/var/log/btmp"
"""Who is logged in, who was, and who failed to be.  C: `_PATH_UTMP`, `_PATH_WTMP`, `_PATH_BTMP`."""

NAME, LINE, ID, HOST = 32, 32, 4, 256
"""Bytes of the texts; one that fills its field has no NUL behind it."""

ADDRESS = 16
"""Bytes of an address: IPv6, or IPv4 in the first four."""


class Kind(Names):
    """What a record is about; C: `ut_type`.  Files have other numbers as well."""

    EMPTY = 0
    RUN_LVL = 1
    BOOT_TIME = 2
    NEW_TIME = 3
    OLD_TIME = 4
    INIT_PROCESS = 5
    LOGIN_PROCESS = 6
    USER_PROCESS = 7
    DEAD_PROCESS = 8
    ACCOUNTING = 9


class Layout(Record, eq=False):
    """Where in a record the fields are; ``bits`` of its times."""

    size: int
    bits: int
    code: struct.Struct
    order: str


class UtmpRecord(Record):
    """One record; texts are the bytes of the field up to its last that is no NUL.

    ``kind`` is a `Kind` or what else the file has; ``seconds`` since 1970, and ``micros`` behind
    them.  ``spare`` is what the layout has between and behind the fields.
    """

    kind: int
    pid: int = 0
    line: bytes = b""
    id: bytes = b""
    user: bytes = b""
    host: bytes = b""
    termination: int = 0
    exit: int = 0
    session: int = 0
    seconds: int = 0
    micros: int = 0
    address: bytes = b""
    spare: bytes = b""


def layout_for(machine: str) -> Layout:
    """Return the layout of a machine, by its name of uname(2)."""
    return _OF_MACHINES.get(machine, SHORT)


def layout_of(data: bytes, otherwise: Layout) -> Layout:
    """Return the layout of a file's bytes: ``otherwise``, if that makes sense of them.

    A file of another machine, in a container image perhaps, is known by its size and by kinds of
    records that there are; when in doubt it is ``otherwise``.
    """
    for layout in (otherwise, *(each for each in LAYOUTS if each is not otherwise)):
        if data and len(data) % layout.size == 0 and _makes_sense(data, layout):
            return layout
    return otherwise


def decode(data: bytes, layout: Layout) -> tuple[UtmpRecord, ...]:
    """Return the records of a file; a piece at its end is none, as for getutxent(3)."""
    return tuple(_decoded(data, layout))


def backwards(data: bytes, layout: Layout) -> Iterator[UtmpRecord]:
    """Yield the records of a file, the last first."""
    for at in range(len(data) // layout.size * layout.size, 0, -layout.size):
        yield from _decoded(data[at - layout.size : at], layout)


def encode(record: UtmpRecord, layout: Layout) -> bytes:
    """Return the bytes of a record; `ValueError` with words if something does not fit."""
    for name, room in _ROOM:
        if len(getattr(record, name)) > room:
            raise ValueError(f"the {_SAID.get(name, name)} has more than {room} bytes")
    if not 0 <= record.seconds < 1 << layout.bits - 1:
        known = record.seconds >= 1 << 31 and layout.bits == 32
        reason = "after 2038, which records of 384 bytes cannot say" if known else "no time"
        raise ValueError(f"{record.seconds} seconds after 1970 is {reason}")
    return _encoded(record, layout)


def fitting(record: UtmpRecord) -> UtmpRecord:
    """Return a record with its names cut to their fields.

    For what others chose: nobody keeps a failure off the record by the length of a name.
    """
    user, line, host = record.user[:NAME], record.line[:LINE], record.host[:HOST]
    return record.changed(user=user, line=line, host=host)


def text(field: bytes) -> str:
    """Return the text of a field, as C reads it: up to the first NUL."""
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def place_in(data: bytes, record: UtmpRecord, layout: Layout) -> int | None:
    """Return the number of the first record of a file whose place another takes; `None` if none.

    As pututxline(3) has it: records of processes are known by their id, or by their line if one of
    them has no id; those of the system by their kind.
    """
    whole = data[: len(data) // layout.size * layout.size]
    # Nothing is decoded that is not looked at: others wait for the file meanwhile.
    for at, fields in enumerate(layout.code.iter_unpack(whole)):
        if _is_same(fields[0], fields[4], fields[3], record):
            return at
    return None


_HEAD = "h2si32s4s32s256shh"
SHORT = Layout(384, 32, struct.Struct(f"<{_HEAD}iIi16s20s"), "<")
"""The layout of x86-64, i386, arm, riscv64 and ppc64le."""

LONG = Layout(400, 64, struct.Struct(f"<{_HEAD}qqq16s24s"), "<")
"""The layout of aarch64 and loongarch64."""

LONG_BIG = Layout(400, 64, struct.Struct(f">{_HEAD}qqq16s24s"), ">")
"""The layout of s390x, whose bytes are the other way round."""

LAYOUTS = (SHORT, LONG, LONG_BIG)

_OF_MACHINES = {"aarch64": LONG, "loongarch64": LONG, "s390x": LONG_BIG}

_OF_THE_SYSTEM = (Kind.RUN_LVL, Kind.BOOT_TIME, Kind.OLD_TIME, Kind.NEW_TIME)
_OF_PROCESSES = (Kind.INIT_PROCESS, Kind.LOGIN_PROCESS, Kind.USER_PROCESS, Kind.DEAD_PROCESS)

_ROOM = (("user", NAME), ("line", LINE), ("id", ID), ("host", HOST), ("address", ADDRESS))
_SAID = {"user": "name of the user", "line": "name of the terminal", "host": "name of the host"}
_GAP = 2
_SAMPLE = 512


def _is_same(kind: int, name: bytes, line: bytes, other: UtmpRecord) -> bool:
    if other.kind in _OF_THE_SYSTEM:
        return kind == other.kind
    if kind not in _OF_PROCESSES or other.kind not in _OF_PROCESSES:
        return False
    if name[:1].strip(b"\0") and other.id[:1].strip(b"\0"):
        return _c_text(name) == _c_text(other.id)
    return _c_text(line) == _c_text(other.line)


def _decoded(data: bytes, layout: Layout) -> Iterator[UtmpRecord]:
    for fields in layout.code.iter_unpack(data[: len(data) // layout.size * layout.size]):
        kind, gap, pid, line, name, user, host, term, ended, session, seconds, micros = fields[:12]
        address, behind = fields[12:]
        yield UtmpRecord(
            kind,
            pid,
            line.rstrip(b"\0"),
            name.rstrip(b"\0"),
            user.rstrip(b"\0"),
            host.rstrip(b"\0"),
            term,
            ended,
            session,
            seconds,
            micros,
            address.rstrip(b"\0"),
            (gap + behind).rstrip(b"\0"),
        )


def _encoded(record: UtmpRecord, layout: Layout) -> bytes:
    try:
        return layout.code.pack(
            record.kind,
            record.spare[:_GAP],
            record.pid,
            record.line,
            record.id,
            record.user,
            record.host,
            record.termination,
            record.exit,
            record.session,
            record.seconds,
            record.micros,
            record.address,
            record.spare[_GAP:],
        )
    except struct.error as fault:
        raise ValueError(f"a number does not fit: {fault}") from None


def _c_text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _makes_sense(data: bytes, layout: Layout) -> bool:
    """Whether every record has a kind that there is, and numbers as they can be."""
    return all(
        0 <= each.kind <= Kind.ACCOUNTING and each.pid >= 0 and 0 <= each.micros < 1_000_000
        for each in _decoded(data[: layout.size * _SAMPLE], layout)
    )
