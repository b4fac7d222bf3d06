"""The failures of a user since they got in last, counted in btmp, which may be very long."""

from __future__ import annotations

from pamkit.formats.utmp import BTMP, NAME, decode, layout_for
from pamkit.records.event import bytes_of
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.utmp import UtmpRecord
    from pamkit.module.world import LoginFiles

_AT_ONCE = 4096
"""Records that are read at a time."""


class Failures(Record):
    """How many there are, and the last of them; ``is_whole``: the file ends with a record."""

    count: int
    last: UtmpRecord | None
    is_whole: bool


def failures_since(files: LoginFiles, user: str, seconds: int) -> Failures:
    """Return the failures of a user from a time on; `OSError` if the file cannot be read.

    Of a long name the bytes count that a record has room for.
    """
    layout = layout_for(files.machine())
    name, count, last, at = bytes_of(user)[:NAME], 0, None, 0
    while True:
        # Nobody is waited for: the file only grows.
        piece = files.read(BTMP, at, layout.size * _AT_ONCE, waits=False)
        # Most of a long file is about others.
        for record in decode(piece, layout) if name in piece else ():
            if record.user.partition(b"\0")[0] == name and record.seconds >= seconds:
                count, last = count + 1, record
        at += len(piece)
        if len(piece) < layout.size * _AT_ONCE:
            return Failures(count, last, at % layout.size == 0)
