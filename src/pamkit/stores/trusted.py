"""Reads files that only root can have written: code that decides who comes in.

Every directory above belongs to root and nobody else can write it, and so it is for the file,
which is a regular one.  The path is walked from open directory to open directory, so that what
was looked at is what is read.
"""

from __future__ import annotations

import errno
import os
import stat

from pamkit.stores.root import read_all
from pamkit.vocab.record import Record

MOST_BYTES = 4 << 20
"""Bytes of a file of Python that are read; what is longer is none."""

_MOST_LINKS = 40
_PASS = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class Untrusted(OSError):
    """Somebody else than root could have written it."""


class Trusted(Record):
    """What was read, and which file of which age it was."""

    data: bytes
    identity: tuple[int, ...]


def read_trusted(path: str) -> Trusted:
    """Return what a file holds, from an absolute path.

    Links among the directories are followed, as root made them; the last name must be the file
    itself.  Raises `Untrusted` for what others could have written, `OSError` for what cannot
    be read.
    """
    if not path.startswith("/") or "\0" in path:
        raise OSError(errno.EINVAL, "expected an absolute path", path)
    left = [part for part in reversed(path.split("/")) if part not in ("", ".")]
    directories = [os.open("/", _PASS)]
    links = 0
    try:
        _look(os.fstat(directories[0]), "/")
        while len(left) > 1:
            part = left.pop()
            if part == "..":
                if len(directories) > 1:
                    os.close(directories.pop())
                continue
            entry = os.open(part, _PASS, dir_fd=directories[-1])
            directories.append(entry)
            status = os.fstat(entry)
            if not stat.S_ISLNK(status.st_mode):
                _look(status, part)
                if not stat.S_ISDIR(status.st_mode):
                    raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
                continue
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
            # Whoever can write the directory made the link: that is root alone.
            target = os.readlink("", dir_fd=entry)
            os.close(directories.pop())
            if target.startswith("/"):
                while len(directories) > 1:
                    os.close(directories.pop())
            left += [name for name in reversed(target.split("/")) if name not in ("", ".")]
        return _read(left[0] if left else ".", directories[-1], path)
    finally:
        for descriptor in directories:
            os.close(descriptor)


def _read(name: str, directory: int, path: str) -> Trusted:
    descriptor = os.open(name, _READ, dir_fd=directory)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Untrusted(errno.EINVAL, "it is no regular file", path)
        _look(status, name)
        data = read_all(descriptor, MOST_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MOST_BYTES:
        raise OSError(errno.EFBIG, f"it has more than {MOST_BYTES} bytes", path)
    return Trusted(
        data,
        (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns),
    )


def _look(status: os.stat_result, name: str) -> None:
    """Raise `Untrusted` unless it is root's alone."""
    if status.st_uid != 0:
        raise Untrusted(errno.EPERM, f"`{name}` belongs to user {status.st_uid}; expected root")
    if status.st_mode & 0o022:
        mode = stat.S_IMODE(status.st_mode)
        raise Untrusted(errno.EPERM, f"`{name}` can be written by others; mode {mode:04o}")
