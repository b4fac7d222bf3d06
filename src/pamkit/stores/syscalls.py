"""System calls that act on the calling thread alone.

The C library's ``setgroups`` and ``setresuid`` change every thread of a process, as POSIX
wants; the kernel's own change one.  Other threads of the program must not become somebody
else because one of them serves a login.
"""

from __future__ import annotations

import errno
import os

from pamkit.stores.c_library import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

_NOBODY = 0xFFFFFFFF
_NO_SETUID_FIXUP = 1 << 2
_STATUS, _AMBIENT, _MOST_STATUS = "/proc/thread-self/status", b"CapAmb:", 1 << 16


def set_groups(groups: Sequence[int]) -> None:
    """Set the supplementary groups of this thread; `PermissionError` if that fails."""
    _permitted(c_library.set_groups, groups)
    now = os.getgroups()
    if now != groups and sorted(now) != sorted(groups):
        raise PermissionError(errno.EPERM, "the groups of this thread were not changed")


def set_user_ids(real: int, effective: int, saved: int) -> None:
    """Set the three user numbers of this thread; `PermissionError` if that fails."""
    _permitted(c_library.set_user_ids, real, effective, saved)
    if os.getresuid() != (real, effective, saved):
        raise PermissionError(errno.EPERM, "the user numbers of this thread were not changed")


def set_group_ids(real: int, effective: int, saved: int) -> None:
    """Set the three group numbers of this thread; `PermissionError` if that fails."""
    _permitted(c_library.set_group_ids, real, effective, saved)
    if os.getresgid() != (real, effective, saved):
        raise PermissionError(errno.EPERM, "the group numbers of this thread were not changed")


def set_file_ids(uid: int, gid: int) -> None:
    """Set user and group for access to files, of this thread; `PermissionError` if that fails.

    C: setfsuid(2) and setfsgid(2) report no failure; a second call tells what is in force.
    """
    for change, number in ((c_library.set_file_group, gid), (c_library.set_file_user, uid)):
        try:
            change(number)
        except ValueError as error:
            raise PermissionError(errno.EINVAL, str(error)) from None
        if change(number) != number:
            raise PermissionError(errno.EPERM, "files cannot be touched as another user")


def file_user() -> int:
    """Return the user number with which this thread touches files."""
    # No valid number: it changes nothing, and the old one is returned.
    return c_library.set_file_user(_NOBODY)


def keeps_rights() -> bool:
    """Whether root would keep its rights over files when it turns into somebody else."""
    try:
        return bool(c_library.securebits() & _NO_SETUID_FIXUP)
    except OSError:
        return True


def hands_rights_on() -> bool:
    """Whether programs that this thread starts keep rights of root, whoever they run as.

    Ambient capabilities (`capabilities(7)`); where nobody can tell, it is feared.
    """
    try:
        descriptor = os.open(_STATUS, os.O_RDONLY | os.O_CLOEXEC)
        try:
            lines = os.read(descriptor, _MOST_STATUS).split(b"\n")
        finally:
            os.close(descriptor)
    except OSError:
        return True
    ambient = [line[len(_AMBIENT) :].strip() for line in lines if line.startswith(_AMBIENT)]
    # A kernel that names none has none; zero is nothing handed on.
    return any(number.strip(b"0") for number in ambient)


def _permitted(change: Callable[..., object], *args: Any) -> None:
    try:
        change(*args)
    except OSError as error:
        raise PermissionError(error.errno, error.strerror) from None
    except ValueError as error:
        raise PermissionError(errno.EINVAL, str(error)) from None
