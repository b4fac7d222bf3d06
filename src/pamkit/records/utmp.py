"""The record of who is logged in: utmp(5), written as pututxline(3) writes it.

A record takes the place of the one it belongs to, or of none at the end of the file, under a lock
on the whole file.  The file is not made: where there is none nobody keeps one.
"""

from __future__ import annotations

import errno

from pamkit.formats.utmp import UTMP, decode, encode, layout_for, place_in
from pamkit.records.as_utmp import as_utmp
from pamkit.records.event import Happening
from pamkit.records.in_place import write_over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.utmp import UtmpRecord
    from pamkit.module.world import LoginFiles
    from pamkit.records.event import LoginEvent

_MOST = 16 << 20
"""Bytes of a file that is searched: forty thousand sessions."""

_KIND = 2
"""Bytes of the field in front; NULs are the kind that is empty."""


class UtmpRecorder:
    """Writes logins, logouts and boots to the record of who is logged in."""

    __slots__ = ("_files", "_layout", "path")

    def __init__(self, files: LoginFiles, path: str = UTMP) -> None:
        """Write to ``path``."""
        self._files, self.path = files, path
        self._layout = layout_for(files.machine())

    def record(self, event: LoginEvent) -> None:
        """Put an event on record; see `Recorder`."""
        if event.happening != Happening.FAILURE:
            self.put(as_utmp(event))

    def records(self) -> tuple[UtmpRecord, ...]:
        """Return who is logged in, as the file has it; `OSError` if it cannot be read.

        Who takes a session over from a getty finds its record by the process, and keeps its id.
        """
        return decode(self._files.read(self.path, 0, _MOST), self._layout)

    def put(self, record: UtmpRecord) -> None:
        """Write a record in the place of the one it belongs to, or behind all others."""
        data = encode(record, self._layout)
        with self._files.hold(self.path) as held:
            if held.size() > _MOST:
                raise OSError(errno.EFBIG, f"the file has more than {_MOST} bytes", self.path)
            there = held.read(0, held.size())
            place = place_in(there, record, self._layout)
            if place is None:
                # What is left of a record that was cut short is written over, as glibc does.
                held.append(len(there) // len(data) * len(data), data)
            else:
                write_over(held, place * len(data), data, void=_KIND)
