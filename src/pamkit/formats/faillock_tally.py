"""The failed logins of one user as pam_faillock(8) keeps them: records of 64 bytes in a file.

Fields are in the byte order of the machine: where the attempt came from (52 bytes, filled up with
NULs), two bytes that are reserved, status bits, and seconds since 1970.  What is decoded encodes
to the same bytes, whatever they are.  Source: `faillock.h` of Linux-PAM.
"""

from __future__ import annotations

import struct

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE = 64
"""Bytes of a record."""

MOST = 1024
"""Records of a file that are read and kept.  C: `MAX_RECORDS`."""

VALID, RHOST, TTY = 1, 2, 4
"""Status bits: it counts; it came from another host; from a terminal.  C: `TALLY_STATUS_*`."""

_LAYOUT = struct.Struct("=52sHHQ")
_SOURCE = 52
_LATEST = 2**64 - 1


class Failure(Record):
    """One failed attempt: when (whole seconds since 1970), from where, and its status bits.

    ``source`` names another host, a terminal or, with neither bit, the service that was asked.
    """

    when: int
    source: str
    status: int = VALID
    reserved: int = 0

    @property
    def is_valid(self) -> bool:
        """Whether it counts."""
        return bool(self.status & VALID)

    @property
    def kind(self) -> str:
        """What the source is: `RHOST`, `TTY` or `SVC`, in faillock(8)'s words."""
        if self.status & RHOST:
            return "RHOST"
        return "TTY" if self.status & TTY else "SVC"


def decode(data: bytes, *, torn_at: int) -> tuple[Failure, ...]:
    """Return the records of a file, in order.

    A piece of a record at the end counts as one more failure (C overlooks it), at the time of the
    newest of the others, so that none of them counts less; without others at ``torn_at``, in
    seconds since 1970.  Records beyond the greatest number are overlooked, as in C.
    """
    failures = [
        Failure(when, _text(source), status, reserved)
        for source, reserved, status, when in _LAYOUT.iter_unpack(data[: len(data) // SIZE * SIZE])
    ]
    piece = data[len(failures) * SIZE :]
    if piece:
        times = [failure.when for failure in failures if failure.is_valid]
        failures.append(Failure(max(times, default=torn_at), _text(piece[:_SOURCE])))
    return tuple(failures[:MOST])


def encode(failures: Sequence[Failure]) -> bytes:
    """Return the bytes of a file with these records; longer sources are cut, as in C."""
    return b"".join(
        _LAYOUT.pack(_bytes(each.source), each.reserved, each.status, min(each.when, _LATEST))
        for each in failures
    )


class Added(Record):
    """The records with one more: where it stands, and how many count, as C counts them."""

    failures: tuple[Failure, ...]
    at: int
    count: int


def with_failure(
    failures: Sequence[Failure], new: Failure, *, fail_interval: int, forgiven: bool
) -> Added:
    """Return the records with a new one in the place of the oldest, or behind all if that counts.

    Those not of the last ``fail_interval`` seconds (or none of them, if they are ``forgiven``)
    count no longer.  When the file is full the oldest goes in any case; C moves all the others
    forward then, which a crash would leave half done.
    """
    kept: list[Failure] = []
    oldest, oldest_time, count = 0, 0, 0
    for at, each in enumerate(failures):
        # C: a record whose time is 0 is as good as none, and the next one takes its place.
        if oldest_time == 0 or each.when < oldest_time:
            oldest, oldest_time = at, each.when
        # C: time is unsigned, so what is to come lies far back.
        if forgiven or not 0 <= new.when - each.when < fail_interval:
            each = each.changed(status=each.status & ~VALID)
        else:
            count += 1
        kept.append(each)
    if kept and (not kept[oldest].is_valid or len(kept) >= MOST):
        kept[oldest] = new
    else:
        oldest = len(kept)
        kept.append(new)
    return Added(tuple(kept), oldest, count + 1)


def _text(source: bytes) -> str:
    return source.rstrip(b"\0").decode("utf-8", "surrogateescape")


def _bytes(source: str) -> bytes:
    """Return a source for the file; nothing that a host calls itself keeps it from being noted."""
    try:
        return source.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return source.encode("ascii", "backslashreplace")
