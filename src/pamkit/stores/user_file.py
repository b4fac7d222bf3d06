"""An SQLite file of users, for whoever manages it: made, looked through and changed.

Every change is a transaction: whoever is killed in the middle of one leaves the file as it was, or
as it was to become, and no lock.  Any number of processes may change a file at the same time.
"""

from __future__ import annotations

import errno
import os
import time

from pamkit.formats import user_table
from pamkit.stores.c_sqlite_by_python import address_of, os_error
from pamkit.stores.journal_place import is_open_to_others, refusal
from pamkit.stores.root import Root
from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Any

_PATIENCE = 20.0
"""Seconds that are waited for others who write."""


class ManagedUser(Record):
    """A user as the file has it; times are seconds since 1970."""

    name: str
    hashed: Secret
    created: int
    hash_changed: int
    expires: int | None = None
    is_locked: bool = False


def create(path: str) -> None:
    """Make a file without users, for its owner alone.

    `FileExistsError` if there is anything at the path, another `OSError` if it cannot be made.
    It is not there before it is complete: it gets its name as the last thing.
    """
    import sqlite3

    if _is_open_to_others(path):
        raise refusal(path)
    aside = f"{path}.{os.urandom(8).hex()}.new"
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    try:
        address = address_of(os.fsencode(aside), may_write=True)
        made = sqlite3.connect(address, uri=True, isolation_level=None)
        try:
            made.executescript("PRAGMA journal_mode = MEMORY;" + user_table.CREATE)
        finally:
            made.close()
        os.link(aside, path)
    except sqlite3.Error as fault:
        raise _named(os_error(fault), path) from None
    finally:
        os.unlink(aside)
    _sync(os.path.dirname(path) or ".")


class UserFile:
    """A file of users, open; a context manager that closes it.

    Every method raises `OSError` if the file cannot be read or written: `BlockingIOError` if
    others write for too long, `PermissionError` for root where others could lay a journal beside
    the file: there root may look, and change nothing.
    """

    def __init__(self, path: str) -> None:
        """Open the file at ``path``; `OSError` with words if it is none of ours."""
        import sqlite3

        self._path, self._error = path, sqlite3.Error
        os.close(os.open(path, os.O_PATH | os.O_CLOEXEC))  # why it is not there, in clear words
        self._may_write = not _is_open_to_others(path)
        address = address_of(os.fsencode(path), may_write=self._may_write)
        try:
            self._database = sqlite3.connect(
                address, uri=True, timeout=_PATIENCE, isolation_level=None
            )
            self._database.executescript(user_table.FOR_CHANGING)
            ours = self._database.execute(user_table.IS_OURS).fetchone()
        except sqlite3.Error as fault:
            raise _named(os_error(fault), path) from None
        if ours != (1,):
            self._database.close()
            raise OSError(errno.EINVAL, "not a file of users that is known", path)

    def __enter__(self) -> UserFile:
        """Use the file."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Close it."""
        self._database.close()

    def users(self) -> tuple[ManagedUser, ...]:
        """Return all users, by name."""
        return tuple(self._user(row) for row in self._do(f"{_COLUMNS} ORDER BY name")[0])

    def find(self, name: str) -> ManagedUser | None:
        """Return a user, `None` if there is none of that name."""
        rows, _ = self._do(f"{_COLUMNS} WHERE name = ?", name)
        return self._user(rows[0]) if rows else None

    def add(self, name: str, hashed: Secret, *, expires: int | None = None) -> bool:
        """Add a user; return whether the name was free."""
        now = int(time.time())
        row = (name, _text(hashed), now, now, expires, 0)
        return self._changed(f"INSERT OR IGNORE INTO users {_VALUES}", *row)

    def set_hash(self, name: str, hashed: Secret) -> bool:
        """Change a user's password; return whether there is one of that name."""
        statement = "UPDATE users SET hash = ?, changed = ? WHERE name = ?"
        return self._changed(statement, _text(hashed), int(time.time()), name)

    def set_locked(self, name: str, *, locked: bool) -> bool:
        """Lock or unlock a user; return whether there is one of that name."""
        return self._changed("UPDATE users SET locked = ? WHERE name = ?", int(locked), name)

    def set_expiry(self, name: str, expires: int | None) -> bool:
        """Say from when on a user is refused; return whether there is one of that name."""
        return self._changed("UPDATE users SET expires = ? WHERE name = ?", expires, name)

    def remove(self, name: str) -> bool:
        """Remove a user; return whether there was one of that name."""
        return self._changed("DELETE FROM users WHERE name = ?", name)

    def add_all(self, users: Iterable[ManagedUser], *, replace: bool) -> tuple[str, ...]:
        """Add users, all or none; return the names that stand in the way, if any do.

        ``replace``: none does, who is there is replaced.
        """
        self._do("BEGIN IMMEDIATE")
        try:
            new = {user.name: user for user in users}
            taken = [] if replace else [user.name for user in self.users() if user.name in new]
            for user in () if taken else new.values():
                hashed, locked = _text(user.hashed), int(user.is_locked)
                row = (user.name, hashed, user.created, user.hash_changed, user.expires, locked)
                self._do(f"INSERT OR REPLACE INTO users {_VALUES}", *row)
            self._do("ROLLBACK" if taken else "COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.rollback()
            raise
        return tuple(taken)

    def _do(self, statement: str, *values: Any) -> tuple[list[tuple[Any, ...]], int]:
        """Carry out a statement; return all its rows, and how many it changed."""
        try:
            done = self._database.execute(statement, values)
            return done.fetchall(), done.rowcount
        except self._error as fault:
            wrong = os_error(fault)
        if wrong.errno == errno.EROFS and not self._may_write:
            raise refusal(self._path)
        raise _named(wrong, self._path)

    def _changed(self, statement: str, *values: Any) -> bool:
        return self._do(statement, *values)[1] > 0

    def _user(self, row: tuple[Any, ...]) -> ManagedUser:
        match row:
            case (str(name), str(hashed), int(), int(), int() | None, int()) if hashed.isascii():
                _, _, created, changed, expires, locked = row
                return ManagedUser(name, Secret(hashed), created, changed, expires, locked != 0)
        raise OSError(errno.EINVAL, "it holds a user who makes no sense", self._path)


_COLUMNS = "SELECT name, hash, created, changed, expires, locked FROM users"
_VALUES = "(name, hash, created, changed, expires, locked) VALUES (?, ?, ?, ?, ?, ?)"


def _text(hashed: Secret) -> str:
    return hashed.expose().decode("ascii")


def _named(fault: OSError, path: str) -> OSError:
    return OSError(fault.errno, fault.strerror, path)


def _is_open_to_others(path: str) -> bool:
    try:
        return is_open_to_others(Root("/"), os.path.join(os.getcwd(), path))
    except OSError as fault:
        raise _named(fault, path) from None


def _sync(directory: str) -> None:
    """Make the new name last; the file is there already, so a failure is not one of it."""
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)
