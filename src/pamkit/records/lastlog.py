"""The record of the last login of each user: lastlog(8), a table by the number of the user."""

from __future__ import annotations

from pamkit.formats import lastlog
from pamkit.formats.utmp import layout_for
from pamkit.records.event import Happening, bytes_of
from pamkit.records.in_place import write_over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.lastlog import LastLogin
    from pamkit.module.world import LoginFiles
    from pamkit.records.event import LoginEvent


_BEHIND_ALL = 1 << 62
_MODE = 0o644


class LastlogRecorder:
    """Writes logins to the record of last logins; the file is made by who asks for it alone."""

    __slots__ = ("_files", "_layout", "path")

    def __init__(self, files: LoginFiles, path: str = lastlog.LASTLOG) -> None:
        """Write to ``path``."""
        self._files, self.path = files, path
        self._layout = layout_for(files.machine())

    def record(self, event: LoginEvent) -> None:
        """Put a login on record; see `Recorder`.  `ValueError` if nobody said who, by number."""
        if event.happening != Happening.LOGIN:
            return
        if event.uid is None or event.uid < 0:
            raise ValueError(f"the number of the user is needed by `{self.path}`")
        new = lastlog.LastLogin(event.when // 1_000_000, bytes_of(event.line), bytes_of(event.host))
        data = lastlog.encode(new, self._layout)
        at = event.uid * len(data)
        # C: pam_lastlog locks this record alone; programs without PAM lock nothing at all.
        with self._files.hold(self.path, start=at, length=len(data)) as held:
            # The time is in front; without one there is no login.
            write_over(held, at, data, void=self._layout.bits // 8)

    def is_there(self) -> bool:
        """Whether there is a file; `OSError` if it cannot be written."""
        try:
            # Behind all users, where nobody is kept waiting.
            with self._files.hold(self.path, start=_BEHIND_ALL, length=1):
                return True
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False

    def make(self) -> None:
        """Make the file; `OSError` if it cannot be."""
        with self._files.hold(self.path, start=_BEHIND_ALL, length=1, create=_MODE):
            return

    def find(self, uid: int, *, waits: bool = True, to_write: bool = False) -> LastLogin:
        """Return the last login of a user; `OSError` if the file cannot be read.

        ``waits`` false: also while somebody writes it.  ``to_write``: an `OSError` too if it
        cannot be written.
        """
        size = lastlog.size(self._layout)
        data = self._files.read(self.path, uid * size, size, waits=waits, to_write=to_write)
        return lastlog.decode(data, self._layout)
