"""What users may take of file systems, behind `world.Quotas`: quotactl(2)."""

from __future__ import annotations

import errno
import os

from pamkit.formats.passwd import bytes_of
from pamkit.module.world import Quota
from pamkit.stores.c_library import c_library

_BLOCKS, _FILES, _BLOCK_TIME, _FILE_TIME = 1, 4, 16, 32
"""C: `QIF_BLIMITS`, `QIF_ILIMITS`, `QIF_BTIME`, `QIF_ITIME`."""


class KernelQuotas:
    """The quotas that the kernel keeps."""

    __slots__ = ()

    def find(self, device: str, uid: int) -> Quota:
        """Return a user's quota; `OSError` if the device keeps none."""
        hard, soft, _, file_hard, file_soft, _, time, file_time = c_library.quota(
            bytes_of(device), uid
        )
        return Quota(soft, hard, file_soft, file_hard, time, file_time)

    def change(self, device: str, uid: int, quota: Quota, *, which: frozenset[str]) -> None:
        """Change the parts of a user's quota that are named; see `world.Quotas`."""
        bits = 0
        for bit, names in (
            (_BLOCKS, {"block_soft", "block_hard"}),
            (_FILES, {"file_soft", "file_hard"}),
            (_BLOCK_TIME, {"block_time"}),
            (_FILE_TIME, {"file_time"}),
        ):
            bits |= bit if which & names else 0
        numbers = (
            *(quota.block_hard, quota.block_soft, 0),
            *(quota.file_hard, quota.file_soft, 0),
            *(quota.block_time, quota.file_time),
        )
        c_library.set_quota(bytes_of(device), uid, numbers, bits)


class NoQuotas:
    """The quotas of another machine, whose devices are not here."""

    __slots__ = ()

    def find(self, device: str, uid: int) -> Quota:
        """Refuse: a device of that name is another one here."""
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    def change(self, device: str, uid: int, quota: Quota, *, which: frozenset[str]) -> None:
        """Refuse, as `find` does."""
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
