"""The files of the system below a root, behind `world.Files`."""

from __future__ import annotations

import os
import stat

from pamkit.module.world import MAX_FILE
from pamkit.stores.act_as import ActAs
from pamkit.stores.regular import read_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Account, Accounts
    from pamkit.stores.root import Root


class DiskFiles:
    """Files below a root."""

    __slots__ = ("_accounts", "_root")

    def __init__(self, root: Root, accounts: Accounts) -> None:
        """Serve files below ``root``; ``accounts`` knows the groups of a user to act as."""
        self._root, self._accounts = root, accounts

    def read(self, path: str, *, limit: int = MAX_FILE) -> bytes:
        """Return the bytes of a regular file.

        `OSError` if it cannot be read, is something else, or has more than ``limit`` bytes:
        a list cut short would be another list.
        """
        return read_regular(self._root, path, limit=limit)

    def exists(self, path: str) -> bool:
        """Whether anything lies at the path; a symbolic link to nothing does not count."""
        try:
            with self._root.place(path) as place:
                os.stat(place.name, dir_fd=place.directory, follow_symlinks=False)
        except OSError:
            return False
        return True

    def runnable(self, path: str) -> bool:
        """Whether this process may run a program at the path.

        Never below another root than the system's: its programs are not run.
        """
        if not self._root.is_system:
            return False
        try:
            with self._root.place(path) as place:
                name, directory = place.name, place.directory
                status = os.stat(name, dir_fd=directory, follow_symlinks=False)
                return stat.S_ISREG(status.st_mode) and os.access(
                    name, os.X_OK, dir_fd=directory, effective_ids=True, follow_symlinks=False
                )
        except OSError:
            return False

    def drop_to(self, account: Account) -> ActAs:
        """Touch files as this user for a while, in this thread.

        Entering raises `PermissionError` if that is not possible.
        """
        return ActAs(account, self._accounts.groups_of)
