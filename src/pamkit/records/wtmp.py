"""The records of who was logged in, and who failed to be: wtmp and btmp, which only grow.

Written as updwtmpx(3) writes them: under a lock on the whole file, behind the last whole record.
The files are not made: where there is none nobody keeps one.
"""

from __future__ import annotations

import errno

from pamkit.formats.utmp import BTMP, WTMP, encode, layout_for
from pamkit.records.as_utmp import as_utmp
from pamkit.records.event import Happening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.utmp import UtmpRecord
    from pamkit.module.world import HeldFile, LoginFiles
    from pamkit.records.event import LoginEvent


class _GrowingFile:
    """A file of records, each behind the other."""

    __slots__ = ("_files", "_layout", "path")

    _wanted: tuple[Happening, ...] = ()

    def __init__(self, files: LoginFiles, path: str) -> None:
        self._files, self.path = files, path
        self._layout = layout_for(files.machine())

    def record(self, event: LoginEvent) -> None:
        """Put an event on record; see `Recorder`."""
        if event.happening in self._wanted:
            self.put(as_utmp(event))

    def put(self, record: UtmpRecord) -> None:
        """Write a record behind all others; it raises what `Recorder` raises."""
        data = encode(record, self._layout)
        with self._files.hold(self.path) as held:
            self._look_at(held)
            # What is left of a record that was cut short is written over.
            held.append(held.size() // len(data) * len(data), data)

    def _look_at(self, held: HeldFile) -> None:
        """Raise `OSError` if this file is not to be written."""


class WtmpRecorder(_GrowingFile):
    """Writes logins, logouts and boots to the record of who was logged in."""

    __slots__ = ()

    _wanted = (Happening.LOGIN, Happening.LOGOUT, Happening.BOOT)

    def __init__(self, files: LoginFiles, path: str = WTMP) -> None:
        """Write to ``path``."""
        super().__init__(files, path)


class BtmpRecorder(_GrowingFile):
    """Writes failures to the record of failed logins, unless any user may read it.

    What was typed for a name may have been a password.  sshd(8) refuses as well, login(1) does not.
    """

    __slots__ = ()

    _wanted = (Happening.FAILURE,)

    def __init__(self, files: LoginFiles, path: str = BTMP) -> None:
        """Write to ``path``."""
        super().__init__(files, path)

    def _look_at(self, held: HeldFile) -> None:
        if held.is_open_to_all():
            reason = "any user may read or write it: failures are not put on such a record"
            raise PermissionError(errno.EPERM, reason, self.path)
