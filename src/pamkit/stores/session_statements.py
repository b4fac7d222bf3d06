"""The registry of sessions behind our own libpam.so.0: one statement at a time, by `c_library`.

Nothing is kept open between them, so a program may fork or close descriptors as it likes.
"""

from __future__ import annotations

import errno
import os

from pamkit.formats import session_table as table
from pamkit.stores.c_library import c_library
from pamkit.stores.own_file import make_once, require_own
from pamkit.stores.session_steps import SessionSteps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.stores.c_library import Row, Value

_SETTINGS = "PRAGMA busy_timeout = 20000;" + table.SETTINGS
"""Others who write are waited for as long as `session_registry` does."""


class SessionStatements(SessionSteps):
    """The file of sessions at a path; it is opened for each step."""

    def __init__(self, path: str) -> None:
        """Serve the file at ``path``, which is absolute; it is made when it is first needed."""
        self._path = path

    def _do(self, statement: str, *values: object) -> tuple[list[tuple[Any, ...]], int]:
        make_once(self._path, _fill)
        require_own(self._path)
        ours, _ = self._ask(table.IS_OURS, ())
        if ours != (1,):
            raise OSError(errno.EINVAL, "not a file of sessions that is known", self._path)
        row, changed = self._ask(statement, tuple(_bound(value) for value in values))
        return [] if row is None else [tuple(_read(value) for value in row)], changed

    def _ask(self, statement: str, values: tuple[Value, ...]) -> tuple[Row | None, int]:
        place, words = os.fsencode(self._path), (_SETTINGS.encode(), statement.encode())
        return c_library.sqlite(place, *words, values, True)


def _fill(file: str) -> None:
    script = (table.FIRST + table.CREATE).encode()
    c_library.sqlite(os.fsencode(file), script, b"SELECT 1", (), True)


def _bound(value: object) -> Value:
    """Return a value as C binds it; `OSError` for a text that is no UTF-8."""
    if value is None or isinstance(value, int):
        return value
    try:
        return str(value).encode()
    except UnicodeEncodeError:
        raise OSError(errno.EILSEQ, os.strerror(errno.EILSEQ)) from None


def _read(value: Value) -> str | int | None:
    return value.decode() if isinstance(value, bytes) else value
