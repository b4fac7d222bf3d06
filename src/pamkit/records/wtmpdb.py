"""The record of who was logged in as wtmpdb(8) keeps it: a row for each login, with its logout."""

from __future__ import annotations

import errno

from pamkit.formats import wtmpdb
from pamkit.records.event import Happening, bytes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import LoginFiles
    from pamkit.records.event import LoginEvent


_TERMINALS = (b"pts/", b"tty")


class WtmpdbRecorder:
    """Writes logins, logouts and boots to the database of wtmpdb(8).

    The file is made, as C makes it, if its directory is there.
    """

    __slots__ = ("_files", "path")

    def __init__(self, files: LoginFiles, path: str = wtmpdb.PATH) -> None:
        """Write to ``path``."""
        self._files, self.path = files, path

    def record(self, event: LoginEvent) -> int | None:
        """Put an event on record, and return the row's number; see `Recorder`.

        A logout without a number ends the newest login on its terminal, of its user if that is
        named; where the line is no terminal, but a word that many have at once, the only one.
        `OSError` (ESRCH) if there is none that is open: no other is ended twice.
        """
        match event.happening:
            case Happening.FAILURE:
                return None
            case Happening.LOGOUT if event.number is not None:
                number = self._do(wtmpdb.END_BY_NUMBER, event.when, event.number)
            case Happening.LOGOUT:
                line, user = bytes_of(event.line), bytes_of(event.user)
                is_terminal = line.startswith(_TERMINALS)
                statement = wtmpdb.END if is_terminal else wtmpdb.END_ONLY
                number = self._do(statement, event.when, line, user)
            case Happening.LOGIN:
                number = self._add(event, wtmpdb.LOGIN, event.user, event.line)
            case Happening.BOOT:
                number = self._add(event, wtmpdb.BOOT, "reboot", "~")
        if number is None:
            raise OSError(errno.ESRCH, "no such login is open", self.path)
        return number

    def _add(self, event: LoginEvent, kind: int, user: str, line: str) -> int | None:
        texts = (bytes_of(line), bytes_of(event.host), bytes_of(event.service))
        return self._do(wtmpdb.ADD, kind, bytes_of(user), event.when, *texts)

    def _do(self, statement: str, *values: int | bytes) -> int | None:
        row = self._files.change(self.path, wtmpdb.CREATE, statement, values)
        match row:
            case (int(number), *_):
                return number
        return None
