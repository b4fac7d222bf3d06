"""Who the calling thread is to the kernel, behind `world.Identity`."""

from __future__ import annotations

import errno
import os

from pamkit.stores import syscalls

_LOGIN = "/proc/self/loginuid"
_LOGIN_SIZE = 24
_NOBODY = 0xFFFFFFFF


class ThreadIdentity:
    """The numbers of the thread that calls."""

    __slots__ = ()

    def user_ids(self) -> tuple[int, int, int]:
        """Return real, effective and saved user."""
        return os.getresuid()

    def group_ids(self) -> tuple[int, int, int]:
        """Return real, effective and saved group."""
        return os.getresgid()

    def set_user_ids(self, real: int, effective: int, saved: int) -> None:
        """Be these users, in this thread alone; `PermissionError` if that fails."""
        syscalls.set_user_ids(real, effective, saved)

    def set_group_ids(self, real: int, effective: int, saved: int) -> None:
        """Be these groups, in this thread alone; `PermissionError` if that fails."""
        syscalls.set_group_ids(real, effective, saved)

    def login_uid(self) -> int:
        """Return who logged in to the process, as audit has it; 0xFFFFFFFF: nobody yet.

        C: opened for writing as well, so that who cannot change it hears of it now.
        """
        descriptor = _opened()
        try:
            written = os.read(descriptor, _LOGIN_SIZE)
        finally:
            os.close(descriptor)
        return int(written) if written.isdigit() else _NOBODY

    def set_login_uid(self, uid: int) -> None:
        """Say who logged in; `OSError` if the kernel does not take it."""
        number = b"%d" % uid
        descriptor = _opened()
        try:
            os.ftruncate(descriptor, 0)
            if os.write(descriptor, number) != len(number):
                raise OSError(errno.EIO, os.strerror(errno.EIO), _LOGIN)
        finally:
            os.close(descriptor)


class NobodyElse(ThreadIdentity):
    """This thread, for users of another machine: it does not become one of them."""

    __slots__ = ()

    def set_user_ids(self, real: int, effective: int, saved: int) -> None:
        """Refuse: users of another machine are no users here."""
        raise _refused()

    def set_group_ids(self, real: int, effective: int, saved: int) -> None:
        """Refuse: groups of another machine are no groups here."""
        raise _refused()

    def set_login_uid(self, uid: int) -> None:
        """Refuse: nobody logs in to this process."""
        raise _refused()


def _opened() -> int:
    # A link in its place would lead a process of root's to any file.
    return os.open(_LOGIN, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK)


def _refused() -> PermissionError:
    return PermissionError(errno.EPERM, os.strerror(errno.EPERM))
