"""The record of the last login of each user as lastlog2(8) keeps it: a row for each, by name."""

from __future__ import annotations

from pamkit.formats import lastlog2
from pamkit.formats.utmp import text
from pamkit.records.event import Happening, LoginEvent, bytes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import LoginFiles


class Lastlog2Recorder:
    """Writes logins to the database of lastlog2(8).

    The file is made, as C makes it, if its directory is there.
    """

    __slots__ = ("_files", "path")

    def __init__(self, files: LoginFiles, path: str = lastlog2.PATH) -> None:
        """Write to ``path``."""
        self._files, self.path = files, path

    def record(self, event: LoginEvent) -> None:
        """Put a login on record; see `Recorder`."""
        if event.happening != Happening.LOGIN:
            return
        texts = (bytes_of(event.line), bytes_of(event.host), bytes_of(event.service))
        values = (bytes_of(event.user), event.when // 1_000_000, *texts)
        self._files.change(self.path, lastlog2.CREATE, lastlog2.PUT, values)

    def find(self, user: str) -> LoginEvent | None:
        """Return the last login of a user; `None` if they never did, or the row makes no sense.

        `OSError` if the file cannot be read: `FileNotFoundError` if there is none.
        """
        match self._files.look(self.path, lastlog2.FIND, (bytes_of(user),)):
            case (bytes(), int(seconds), *rest):
                line, host, service = (
                    text(each) if isinstance(each, bytes) else "" for each in rest
                )
                when = seconds * 1_000_000
                return LoginEvent(Happening.LOGIN, when, user, None, line, host, service)
        return None
