"""System calls that act on the calling thread alone.

The C library's ``setgroups`` and ``setresuid`` change every thread of a process, as POSIX
wants; the kernel's own change one.  Other threads of the program must not become somebody
else because one of them serves a login.
"""

from __future__ import annotations

import errno
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_64 = sys.maxsize > 1 << 32

# Machine and width of a pointer: numbers of setgroups and setresuid (with 32-bit ids).
_NUMBERS = {
    ("x86_64", True): (116, 117),
    ("aarch64", True): (159, 147),
    ("riscv64", True): (159, 147),
    ("loongarch64", True): (159, 147),
    ("ppc64le", True): (81, 164),
    ("ppc64", True): (81, 164),
    ("s390x", True): (206, 208),
    ("x86_64", False): (206, 208),
    ("i686", False): (206, 208),
    ("i586", False): (206, 208),
    ("armv7l", False): (206, 208),
    ("armv6l", False): (206, 208),
}

_PR_GET_SECUREBITS = 27
_NO_SETUID_FIXUP = 1 << 2


def set_groups(groups: Sequence[int]) -> None:
    """Set the supplementary groups of this thread; `PermissionError` if that fails."""
    import ctypes

    numbers = (ctypes.c_uint32 * len(groups))(*groups)
    _call(_numbers()[0], ctypes.c_size_t(len(groups)), numbers)
    if sorted(os.getgroups()) != sorted(groups):
        raise PermissionError(errno.EPERM, "the groups of this thread were not changed")


def set_user_ids(real: int, effective: int, saved: int) -> None:
    """Set the three user numbers of this thread; `PermissionError` if that fails."""
    import ctypes

    _call(_numbers()[1], *(ctypes.c_uint32(number) for number in (real, effective, saved)))
    if os.getresuid() != (real, effective, saved):
        raise PermissionError(errno.EPERM, "the user numbers of this thread were not changed")


def set_file_ids(uid: int, gid: int) -> None:
    """Set user and group for access to files, of this thread; `PermissionError` if that fails.

    C: setfsuid(2) and setfsgid(2) report no failure; a second call tells what is in force.
    """
    import ctypes

    libc = ctypes.CDLL(None)
    for change, number in ((libc.setfsgid, gid), (libc.setfsuid, uid)):
        change.argtypes = (ctypes.c_uint32,)
        change.restype = ctypes.c_uint32
        change(number)
        if change(number) != number:
            raise PermissionError(errno.EPERM, "files cannot be touched as another user")


def file_user() -> int:
    """Return the user number with which this thread touches files."""
    import ctypes

    setfsuid = ctypes.CDLL(None).setfsuid
    setfsuid.argtypes, setfsuid.restype = (ctypes.c_uint32,), ctypes.c_uint32
    nobody = 0xFFFFFFFF  # no valid number: changes nothing, and the old one is returned
    return int(setfsuid(nobody))


def keeps_rights() -> bool:
    """Whether root would keep its rights over files when it turns into somebody else."""
    import ctypes

    bits: int = ctypes.CDLL(None).prctl(_PR_GET_SECUREBITS, 0, 0, 0, 0)
    return bits < 0 or bool(bits & _NO_SETUID_FIXUP)


def _numbers() -> tuple[int, int]:
    machine = os.uname().machine
    if (machine, _64) not in _NUMBERS:
        raise PermissionError(errno.ENOSYS, f"no way known to change one thread on {machine}")
    return _NUMBERS[machine, _64]


def _call(number: int, *args: object) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    if libc.syscall(ctypes.c_long(number), *args) != 0:
        code = ctypes.get_errno()
        raise PermissionError(code, os.strerror(code))
