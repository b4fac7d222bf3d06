"""Databases of users in memory."""

from __future__ import annotations

from pamkit.module.world import DatabaseUser
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# `errno` would be one import more than a transaction in memory needs.
_ENOENT, _EAGAIN, _ENOTSUP = 2, 11, 95


class MemoryDatabases:
    """Databases of users by path; a value that is an exception is raised."""

    def __init__(
        self, databases: Mapping[str, Mapping[str, DatabaseUser] | OSError] | None = None
    ) -> None:
        """Serve these databases: entries by key."""
        self.databases = {
            path: known if isinstance(known, OSError) else dict(known)
            for path, known in (databases or {}).items()
        }
        self.busy = 0
        """How many more times somebody else is found writing."""

    def find(self, path: str, name: str) -> DatabaseUser:
        """Return what a database has of a name; a managed one has a managed entry at least."""
        known = self._opened(path)
        managed = any(entry.is_managed for entry in known.values())
        return known.get(name) or DatabaseUser(None, is_managed=managed)

    def endings(self, path: str, start: str) -> tuple[Secret, ...]:
        """Return what is behind ``start`` in each key that begins with it."""
        known = self._opened(path)
        return tuple(Secret(key[len(start) :]) for key in known if key.startswith(start))

    def change(self, path: str, name: str, *, old: Secret, new: Secret, now: float) -> bool:
        """Put a hash in the place of ``old``, in a managed database."""
        known = self._opened(path)
        entry = known.get(name)
        if entry is not None and not entry.is_managed:
            raise OSError(_ENOTSUP, "the database is only read", path)
        if entry is None or entry.stored is None or not entry.stored.matches(old):
            return False
        known[name] = entry.changed(stored=new)
        return True

    def _opened(self, path: str) -> dict[str, DatabaseUser]:
        if self.busy:
            self.busy -= 1
            raise BlockingIOError(_EAGAIN, "somebody else is writing", path)
        known = self.databases.get(path)
        if known is None:
            raise FileNotFoundError(_ENOENT, "No such file or directory", path)
        if isinstance(known, OSError):
            raise known
        return known
