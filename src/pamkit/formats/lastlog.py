"""The record of lastlog(8): when, from which terminal and host a user logged in last.

The file is a table by the number of the user: mostly a hole, where nobody ever logged in.  Where
utmp(5) has 384 bytes a record here has 292, and a time of 32 bits; else 296, and 64 bits.  Times
are read and written as there.  Source: `bits/utmp.h` of glibc, `struct lastlog`.
"""

from __future__ import annotations

import struct

from pamkit.formats.utmp import HOST, LINE, SHORT, Layout
from pamkit.vocab.record import Record

LASTLOG = "/var/log/lastlog"
"""C: `_PATH_LASTLOG`."""


class LastLogin(Record):
    """The last login of a user, in whole seconds since 1970; 0 is none at all."""

    seconds: int
    line: bytes = b""
    host: bytes = b""


def size(layout: Layout) -> int:
    """Return how many bytes a record has where utmp(5) has that layout."""
    return _code(layout).size


def decode(data: bytes, layout: Layout) -> LastLogin:
    """Return a record; where there is less than one, at the end of the file, is none."""
    code = _code(layout)
    if len(data) < code.size:
        return LastLogin(0)
    seconds, line, host = code.unpack(data[: code.size])
    return LastLogin(seconds, line.rstrip(b"\0"), host.rstrip(b"\0"))


def encode(record: LastLogin, layout: Layout) -> bytes:
    """Return the bytes of a record; the host is cut, for others chose it.

    `ValueError` with words if the time or the terminal does not fit.
    """
    if len(record.line) > LINE:
        raise ValueError(f"the name of the terminal has more than {LINE} bytes")
    if not 0 <= record.seconds < 1 << layout.bits - 1:
        known = record.seconds >= 1 << 31 and layout.bits == 32
        reason = "after 2038, which records of 292 bytes cannot say" if known else "no time"
        raise ValueError(f"{record.seconds} seconds after 1970 is {reason}")
    return _code(layout).pack(record.seconds, record.line, record.host[:HOST])


_SHORT = struct.Struct(f"<I{LINE}s{HOST}s")
_LONG = {order: struct.Struct(f"{order}q{LINE}s{HOST}s") for order in "<>"}


def _code(layout: Layout) -> struct.Struct:
    return _SHORT if layout is SHORT else _LONG[layout.order]
