"""Rewrites a file so that at any moment it is either the old one or the new one, whole."""

from __future__ import annotations

import errno
import os
import stat

from pamkit.stores.regular import MAX_ACCOUNT_FILE
from pamkit.stores.root import Place, Root, read_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Edit = Callable[[bytes], bytes | None]
    """Gets the file's bytes, returns the new ones, or `None` to leave it alone."""

_ACL = "system.posix_acl_access"

_OF_THE_CONTENT = frozenset({"security.ima", "security.evm"})
"""Attributes that sign the old bytes; the kernel makes them anew."""


def rewrite(root: Root, path: str, edit: Edit) -> bool:
    """Replace a regular file by its edited self; return whether ``edit`` wanted that.

    Owner, mode, access list and SELinux label stay.  Raises `OSError` if any step fails,
    and then the file is untouched and nothing lies beside it.  Whoever calls holds the lock
    of the file.  C: pam_unix writes ``.pam.shadowXXXXXX`` in the same directory.
    """
    with root.place(path) as place:
        old = os.open(
            place.name,
            os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC,
            dir_fd=place.directory,
        )
        try:
            status = os.fstat(old)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "not a regular file", path)
            data = read_all(old, MAX_ACCOUNT_FILE + 1)
            if len(data) > MAX_ACCOUNT_FILE:
                raise OSError(errno.EFBIG, f"more than {MAX_ACCOUNT_FILE} bytes", path)
            new = edit(data)
            if new is None:
                return False
            _replace(place, old, status, new)
        finally:
            os.close(old)
    return True


def _replace(place: Place, old: int, status: os.stat_result, data: bytes) -> None:
    # One name: what a writer that was killed left behind goes before the next one writes.
    aside = b".pam." + place.name
    _remove(aside, place.directory)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(aside, flags, 0o600, dir_fd=place.directory)
    try:
        try:
            # Before a byte is in it: nobody may read the new file who may not read the old.
            _dress(descriptor, old, status)
            _write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.rename(aside, place.name, src_dir_fd=place.directory, dst_dir_fd=place.directory)
    except BaseException:
        _remove(aside, place.directory)
        raise
    _sync_directory(place)


def _dress(descriptor: int, old: int, status: os.stat_result) -> None:
    """Give the new file the owner, mode and attributes of the old one."""
    os.fchown(descriptor, status.st_uid, status.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
    for name in _attributes(old):
        try:
            os.setxattr(descriptor, name, os.getxattr(old, name))
        except OSError:
            # Without its access list the group's bits would mean more than they did.
            if name == _ACL:
                raise


def _attributes(descriptor: int) -> list[str]:
    try:
        names = os.listxattr(descriptor)
    except OSError:
        return []
    return [name for name in names if name not in _OF_THE_CONTENT]


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _remove(name: bytes, directory: int) -> None:
    try:
        os.unlink(name, dir_fd=directory)
    except OSError:
        return


def _sync_directory(place: Place) -> None:
    """Make the new name last; the change is in force already, so a failure is not one of it."""
    try:
        descriptor = os.open(b".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=place.directory)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)
