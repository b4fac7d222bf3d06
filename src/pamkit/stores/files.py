"""The files of the system below a root, behind `world.Files`."""

from __future__ import annotations

import errno
import os
import stat

from pamkit.formats.passwd import bytes_of, text_of
from pamkit.module.world import MAX_FILE, FileStatus
from pamkit.stores.act_as import ActAs
from pamkit.stores.listed_once import names_in
from pamkit.stores.read_once import PLACES, keep, known_of, read_once
from pamkit.stores.regular import read_regular
from pamkit.stores.root import absolute, read_all

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
        if self._root.is_system and path.startswith(PLACES):
            return read_once(self._root, path, limit=limit)
        return read_regular(self._root, path, limit=limit)

    def read_with_status(
        self, path: str, *, follow: bool = True, limit: int = MAX_FILE
    ) -> tuple[FileStatus, bytes]:
        """Return what lies at a path and, if it is a regular file, its bytes; else none.

        Both are of the same open file: nobody can put another one between two looks.  `OSError`
        if there is nothing, it cannot be read, or has more than ``limit`` bytes.
        """
        keeps = follow and self._root.is_system and path.startswith(PLACES)
        if keeps and (known := known_of(absolute(path))) is not None and len(known[1]) <= limit:
            return status_of(known[0]), known[1]
        try:
            opened = self._opened(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY, follow=follow)
        except OSError as fault:
            if fault.errno not in (errno.ELOOP, errno.ENXIO):
                raise
            status = self.status(path, follow=follow)  # a link, a socket
            if status.kind == "file":
                raise  # it was put there since: its bytes are not these, none
            return status, b""
        try:
            found = os.fstat(opened)
            status = status_of(found)
            if status.kind != "file":
                return status, b""
            data = read_all(opened, limit + 1, status.size)
        finally:
            os.close(opened)
        if len(data) > limit:
            raise OSError(errno.EFBIG, f"the file has more than {limit} bytes", path)
        if keeps:
            keep(absolute(path), found, data)
        return status, data

    def status(self, path: str, *, follow: bool = True) -> FileStatus:
        """Return what lies at a path; `OSError` if there is nothing."""
        if self._root.is_system:
            name, follow = _system_name(path, follow=follow)
            return status_of(os.stat(name, follow_symlinks=follow))
        looked = self._opened(path, os.O_PATH, follow=follow)
        try:
            return status_of(os.fstat(looked))
        finally:
            os.close(looked)

    def names(self, path: str) -> tuple[str, ...]:
        """Return the names in a directory, sorted; `OSError` if it cannot be read."""
        if self._root.is_system:
            return names_in(absolute(path))
        descriptor = self._root.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # Not by `/proc/self/fd`: where `/proc` is not mounted the directory would be missing.
            names = os.listdir(descriptor)
        finally:
            os.close(descriptor)
        # The names come as the locale decodes them, which can be undone.
        return tuple(text_of(name) for name in sorted(map(os.fsencode, names)))

    def exists(self, path: str) -> bool:
        """Whether anything lies at the path; a symbolic link to nothing does not count."""
        try:
            if self._root.is_system:
                os.stat(absolute(path))
                return True
            with self._root.place(path) as place:
                os.stat(place.name, dir_fd=place.directory, follow_symlinks=False)
        except OSError:
            return False
        return True

    def is_open_to_all(self, path: str) -> bool:
        """Whether every user may read the regular file there; see `world.Files`."""
        from pamkit.stores.open_to_all import is_open_to_all

        return is_open_to_all(self._root, path)

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

    def replace(self, path: str, data: bytes, *, mode: int) -> None:
        """Put a file in the place of what is there, whole or not at all; see `world.Files`."""
        from pamkit.stores.replace import replace  # most logins write no file

        replace(self._root, path, data, mode=mode)

    def new(self, directory: str, start: str) -> str:
        """Make an empty file that was not there, and return its path; see `world.Files`."""
        from pamkit.stores.new_file import new_file

        return new_file(self._root, directory, start)

    def remove(self, path: str) -> None:
        """Remove what lies at a path, a link itself, but no directory."""
        from pamkit.stores.new_file import remove

        remove(self._root, path)

    def drop_to(self, account: Account) -> ActAs:
        """Touch files as this user for a while, in this thread.

        Entering raises `PermissionError` if that is not possible.
        """
        return ActAs(account, self._accounts.groups_of)

    def _opened(self, path: str, flags: int, *, follow: bool) -> int:
        flags |= os.O_CLOEXEC
        if self._root.is_system:
            whole, follow = _system_name(path, follow=follow)
            return os.open(whole, flags if follow else flags | os.O_NOFOLLOW)
        flags |= os.O_NOFOLLOW
        head, _, name = path.rstrip("/").rpartition("/")
        # No link has these names, and `..` must not lead out of the root.
        if follow or name in _NO_LINKS:
            with self._root.place(path) as place:
                return os.open(place.name, flags, dir_fd=place.directory)
        with self._root.place(head or "/") as place:
            parent = os.open(
                place.name, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=place.directory
            )
        try:
            return os.open(bytes_of(name), flags, dir_fd=parent)
        finally:
            os.close(parent)


_NO_LINKS = ("", ".", "..")

_KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "link",
    stat.S_IFCHR: "character",
    stat.S_IFBLK: "block",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
}


def _system_name(path: str, *, follow: bool) -> tuple[bytes, bool]:
    """Return the name that the kernel is given for a path of the system, and whether it follows."""
    if follow:
        return absolute(path), True
    path = path.rstrip("/") or "/"
    return absolute(path), path.rpartition("/")[2] in _NO_LINKS


def status_of(found: os.stat_result) -> FileStatus:
    """Return what the system says of a file, in the words of modules."""
    return FileStatus(
        _KINDS[stat.S_IFMT(found.st_mode)],
        stat.S_IMODE(found.st_mode),
        found.st_uid,
        found.st_gid,
        found.st_size,
        found.st_mtime,
        found.st_nlink,
        found.st_atime,
        (os.major(found.st_rdev), os.minor(found.st_rdev)),
    )
