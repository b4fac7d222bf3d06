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
    descriptor, size = _opened(root, path)
    try:
        data = read_all(descriptor, limit + 1, size)
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"the file has more than {limit} bytes", path)
    return data


def open_regular(root: Root, path: str) -> int:
    """Return a descriptor of a regular file, to read; `OSError` for anything else."""
    return _opened(root, path)[0]


def _opened(root: Root, path: str) -> tuple[int, int]:
    """Return also how many bytes the file has, as far as it says."""
    descriptor = root.open(path)
    try:
        status = os.fstat(descriptor)
        mode = status.st_mode
        nothing = (
            stat.S_ISCHR(mode) and (os.major(status.st_rdev), os.minor(status.st_rdev)) == _NULL
        )
        if not stat.S_ISREG(mode) and not nothing:
            kind = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
            raise OSError(kind, "not a regular file", path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, status.st_size
