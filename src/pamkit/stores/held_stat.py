"""The state of a file, asked without letting another thread run meanwhile.

`os.stat` lets go of the interpreter's lock.  Where several threads ask every few microseconds, each
handing over of the lock takes longer than the answer, and two threads do less than one.  Here the
lock is held; so only files of file systems on this machine are asked for like that: a server that
does not answer must stop one thread and not all.
"""

from __future__ import annotations

import errno
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    State = tuple[int, ...]

_NEAR = frozenset(
    {
        0xEF53,  # ext2, ext3, ext4
        0x58465342,  # xfs
        0x9123683E,  # btrfs
        0x01021994,  # tmpfs
        0x858458F6,  # ramfs
        0x794C7630,  # overlayfs
        0x2FC12FC1,  # zfs
        0xF2F52010,  # f2fs
        0x73717368,  # squashfs
        0xE0F5E1E2,  # erofs
        0xCA451A4E,  # bcachefs
    }
)
"""C: `f_type` of statfs(2), of file systems that need nobody else to answer."""

_WANTED = 0x7FF  # C: STATX_BASIC_STATS
_HERE = -100  # C: AT_FDCWD
_SIZE = 256  # C: sizeof(struct statx)
_STATFS_SIZE = 256  # C: more than sizeof(struct statfs)
_MOST_MOUNTS = 1 << 22  # bytes of the kernel's list that are read
_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR})


class HeldStat:
    """Asks for states of files; see `stores.policy_cache` for what they are compared with."""

    __slots__ = ("_buffer", "_errno", "_near", "_statfs", "_statx", "_unpack")

    def __init__(self) -> None:
        """Find the C library's functions; `AttributeError` where it does not have them."""
        import ctypes
        import struct

        library = ctypes.PyDLL(None, use_errno=True)
        self._statx = library.statx
        self._statx.argtypes = (
            *(ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_uint, ctypes.c_char_p),
        )
        # Who is far away is asked with the lock let go.
        self._statfs = ctypes.CDLL(None, use_errno=True).statfs
        self._buffer: Callable[[int], Any] = ctypes.create_string_buffer
        self._errno: Callable[[], int] = ctypes.get_errno
        # C: of `struct statx`, mode, inode, size, ctime, mtime, device
        layout = struct.Struct("=28xH2xQQ48xqI4xqI4x8xII")
        self._unpack: Callable[[Any], tuple[int, ...]] = layout.unpack_from
        self._near: dict[bytes, bool] = {}

    def is_near(self, name: bytes) -> bool:
        """Whether a file lies, or would lie, in a directory of a file system on this machine."""
        directory = name.rpartition(b"/")[0] or b"/"
        known = self._near.get(directory)
        if known is None:
            known = self._near[directory] = self.is_here(directory)
        return known

    def is_here(self, name: bytes) -> bool:
        """Whether a file lies in a file system on this machine now."""
        answer = self._buffer(_STATFS_SIZE)
        kind = int.from_bytes(answer.raw[:4], "little") if self._ask(name, answer) else 0
        return kind in _NEAR

    def _ask(self, directory: bytes, answer: Any) -> bool:
        found: int = self._statfs(directory, answer)
        return found == 0

    def __call__(self, name: bytes) -> State | None:
        """Return the state of what a path leads to; `None` if nothing is there.

        The state of what cannot be looked at is one that no file has.
        """
        answer = self._buffer(_SIZE)
        if self._statx(_HERE, name, 0, _WANTED, answer):
            return None if self._errno() in _MISSING else (-1,)
        mode, inode, size, changed, change_ns, written, write_ns, major, minor = self._unpack(
            answer
        )
        device = os.makedev(major, minor)
        of_content = written * 1_000_000_000 + write_ns
        return (device, inode, mode, size, of_content, changed * 1_000_000_000 + change_ns)


_shared: list[HeldStat] = []


def is_on_this_machine(name: bytes, device: int) -> bool:
    """Whether a file of a file system lies on this machine; not, if nobody can tell."""
    try:
        if not _shared:
            _shared.append(HeldStat())
    except (AttributeError, ImportError, OSError):  # as in the core of our own libpam.so.0
        return _is_mounted_from_here(device)
    return _shared[0].is_here(name)


_NEAR_KINDS = frozenset({b"bcachefs", b"btrfs", b"overlay", b"ramfs", b"tmpfs", b"zfs"})
"""Those of `_NEAR` that are on no device with a number of its own."""


def _is_mounted_from_here(device: int) -> bool:
    from pamkit.formats.mount_info import PATH, mount_infos
    from pamkit.stores.root import read_all

    number = (os.major(device), os.minor(device))
    try:
        file = os.open(PATH, os.O_RDONLY | os.O_CLOEXEC)
        try:
            data = read_all(file, _MOST_MOUNTS)
        finally:
            os.close(file)
        kinds = {each.kind for each in mount_infos(data) if each.number == number}
    except (OSError, ValueError):
        return False
    return bool(kinds) and kinds <= _NEAR_KINDS
