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


BACKUP = b".old"
"""What is put behind a file's name for its old self."""


def rewrite(
    root: Root,
    path: str,
    edit: Edit,
    *,
    create: bool = False,
    backup: Callable[[OSError], object] | None = None,
    locked: bool = True,
) -> bool:
    """Replace a regular file by its edited self; return whether ``edit`` wanted that.

    Owner, mode, access list and SELinux label stay.  With ``create`` a missing file is made,
    for root alone, out of what ``edit`` makes of nothing; else it is `FileNotFoundError`.  With
    ``backup`` the old file stays, as a link under its name and `.old`; ``backup`` is told if
    that cannot be.  Raises `OSError` if any other step fails, and then the file is untouched and
    nothing lies beside it.  Whoever calls holds the lock of the file; for a file that has none,
    without ``locked``, each writer's new file has a name of its own.
    C: pam_unix writes ``.pam.shadowXXXXXX`` in the same directory, pam_pwhistory
    ``opasswd.tmpXXXXXX``.
    """
    with root.place(path) as place:
        try:
            old = os.open(
                place.name,
                os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC,
                dir_fd=place.directory,
            )
        except FileNotFoundError:
            if not create:
                raise
            new = edit(b"")
            if new is not None:
                _replace(place, None, new, locked=locked)
            return new is not None
        try:
            if not stat.S_ISREG(os.fstat(old).st_mode):
                raise OSError(errno.EINVAL, "not a regular file", path)
            data = read_all(old, MAX_ACCOUNT_FILE + 1)
            if len(data) > MAX_ACCOUNT_FILE:
                raise OSError(errno.EFBIG, f"more than {MAX_ACCOUNT_FILE} bytes", path)
            new = edit(data)
            if new is not None:
                _replace(place, old, new, backup, locked=locked)
        finally:
            os.close(old)
    return new is not None


def _replace(
    place: Place,
    old: int | None,
    data: bytes,
    backup: Callable[[OSError], object] | None = None,
    *,
    locked: bool,
) -> None:
    # One name: what a writer that was killed left behind goes before the next one writes.
    aside = b".pam." + (place.name if locked else os.urandom(8).hex().encode())
    _remove(aside, place.directory)
    _remove(aside + BACKUP, place.directory)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(aside, flags, 0o600, dir_fd=place.directory)
    try:
        try:
            # Before a byte is in it: nobody may read the new file who may not read the old.
            _dress(descriptor, old)
            _write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if backup is not None:
            _keep_old(place, backup)
        os.rename(aside, place.name, src_dir_fd=place.directory, dst_dir_fd=place.directory)
    except BaseException:  # an interrupt too; it goes on
        _remove(aside, place.directory)
        raise
    _sync_directory(place)


def _keep_old(place: Place, failed: Callable[[OSError], object]) -> None:
    """Link the file to its name and `.old`, in one step: at no moment is there no old one."""
    aside = b".pam." + place.name + BACKUP
    try:
        os.link(
            place.name,
            aside,
            src_dir_fd=place.directory,
            dst_dir_fd=place.directory,
            follow_symlinks=False,
        )
        os.rename(
            aside,
            place.name + BACKUP,
            src_dir_fd=place.directory,
            dst_dir_fd=place.directory,
        )
    except OSError as fault:
        failed(fault)
    finally:
        # C: a rename(2) of two names of one file does nothing at all, and says nothing.
        _remove(aside, place.directory)


def _dress(descriptor: int, old: int | None) -> None:
    """Give the new file the owner, mode and attributes of the old one; else it is root's alone."""
    if old is None:
        if os.geteuid() == 0:
            # A program that is setuid root still has its user's group.
            os.fchown(descriptor, 0, 0)
        return
    status = os.fstat(old)
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
