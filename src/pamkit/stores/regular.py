"""Reads regular files and nothing else: no FIFO, device or directory can hold a login up.

The null device is an empty file: a link to it is the way to say *nothing here*.
"""

from __future__ import annotations

import errno
import os
import stat

from pamkit.stores.root import Root, read_all

_NULL = (1, 3)

MAX_ACCOUNT_FILE = 64 << 20
"""Bytes of passwd, shadow or group that are read: half a million users."""


def read_regular(root: Root, path: str, *, limit: int) -> bytes:
    """Return a regular file's bytes.

    `OSError` if it cannot be read, is no regular file (`EINVAL`, a directory `EISDIR`), or has
    more than ``limit`` bytes (`EFBIG`): half a list of rules would be another list.
    """
    return read_with_status(root, path, limit=limit)[1]


def read_with_status(root: Root, path: str, *, limit: int) -> tuple[os.stat_result, bytes]:
    """Return the same, and the status that the open file had before; `OSError` as above."""
    descriptor, status = _opened(root, path)
    try:
        data = read_all(descriptor, limit + 1, status.st_size)
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"the file has more than {limit} bytes", path)
    return status, data


def open_regular(root: Root, path: str) -> int:
    """Return a descriptor of a regular file, to read; `OSError` for anything else."""
    return _opened(root, path)[0]


def open_sized(root: Root, path: str) -> tuple[int, int]:
    """Return the same, and how many bytes the file has, as far as it says."""
    descriptor, status = _opened(root, path)
    return descriptor, status.st_size


def _opened(root: Root, path: str) -> tuple[int, os.stat_result]:
    descriptor = root.open(path)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) and not _is_null(status):
            kind = errno.EISDIR if stat.S_ISDIR(status.st_mode) else errno.EINVAL
            raise OSError(kind, "not a regular file", path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, status


def _is_null(status: os.stat_result) -> bool:
    device = (os.major(status.st_rdev), os.minor(status.st_rdev))
    return stat.S_ISCHR(status.st_mode) and device == _NULL
