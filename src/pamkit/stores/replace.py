"""Puts a file in the place of what lies at a path: at any moment it is the old one or the new."""

from __future__ import annotations

import errno
import fcntl
import os
import stat

from pamkit.formats.passwd import bytes_of, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.stores.root import Root

_ASIDE = b".pam."
_SAFE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def replace(root: Root, path: str, data: bytes, *, mode: int) -> None:
    """Write a file aside and give it its name; see `world.Files`.

    What a writer that was killed left aside, the next one writes anew.
    """
    head, _, name = path.rpartition("/")
    if name in ("", ".", ".."):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
    parent = root.open(head or "/", os.O_RDONLY | os.O_DIRECTORY)
    try:
        _put(parent, bytes_of(name), data, mode)
    finally:
        os.close(parent)


def _put(directory: int, name: bytes, data: bytes, mode: int) -> None:
    aside = _ASIDE + name
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | _SAFE, 0o600, dir_fd=directory)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            _require_ours(descriptor, aside, directory)
            try:
                os.ftruncate(descriptor, 0)
                _write_all(descriptor, data)
                os.fchmod(descriptor, mode)
                os.rename(aside, name, src_dir_fd=directory, dst_dir_fd=directory)
            except BaseException:  # an interrupt too; it goes on
                os.unlink(aside, dir_fd=directory)
                raise
        finally:
            # Closing alone would not do: a child forked meanwhile has the descriptor as well.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _require_ours(descriptor: int, aside: bytes, directory: int) -> None:
    """Raise `BlockingIOError` if the file has its name by now; `OSError` if it is another's."""
    ours = os.fstat(descriptor)
    if not stat.S_ISREG(ours.st_mode) or ours.st_uid != os.geteuid() or ours.st_nlink > 1:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), text_of(aside))
    try:
        there = os.stat(aside, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None
    if (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino):
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
