"""The process that runs the transaction, behind `world.Process`."""

from __future__ import annotations

import errno
import os
import sys

_DOMAIN_NAME = "/proc/sys/kernel/domainname"
_NO_DOMAIN = "(none)"


class ThisProcess:
    """The process this code runs in."""

    __slots__ = ()

    def uid(self) -> int:
        """Return the real user number."""
        return os.getuid()

    def euid(self) -> int:
        """Return the effective user number."""
        return os.geteuid()

    def groups(self) -> tuple[int, ...]:
        """Return the numbers of the groups that the process has beside its own."""
        return tuple(os.getgroups())

    def set_groups(self, groups: tuple[int, ...]) -> None:
        """Give all threads these groups instead, `setgroups(2)`; `OSError` if it may not."""
        try:
            os.setgroups(groups)
        except ValueError:  # more than a process can have
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from None

    def directory(self) -> str:
        """Return where the process is; `OSError` if that is nowhere any more."""
        return _text(os.getcwd())

    def login_name(self) -> str:
        """Return who logged in on the terminal, or ``""``: `getlogin(3)` believes its records."""
        try:
            return _text(os.getlogin())
        except OSError:
            return ""

    def terminal(self, descriptor: int = 0) -> str:
        """Return the name of the terminal on standard input or another one, or ``""``."""
        try:
            return _text(os.ttyname(descriptor))
        except OSError:
            return ""

    def host_name(self) -> str:
        """Return the name of this machine."""
        return _text(os.uname().nodename)

    def domain_name(self) -> str:
        """Return the NIS domain of this machine, or ``""``; `OSError` if it cannot be told."""
        # Python's `uname` leaves it out.
        descriptor = os.open(_DOMAIN_NAME, os.O_RDONLY | os.O_CLOEXEC)
        try:
            name = os.read(descriptor, 256).decode("utf-8", "surrogateescape").strip("\n")
        finally:
            os.close(descriptor)
        return "" if name == _NO_DOMAIN else name


class OnlyLooking(ThisProcess):
    """This process, for users of another machine: it is looked at and not changed."""

    __slots__ = ()

    def set_groups(self, groups: tuple[int, ...]) -> None:
        """Refuse: groups of another machine are no groups here."""
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def _text(name: str) -> str:
    """Return a name as all texts are decoded here, whatever the locale says."""
    data = name.encode(sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
    return data.decode("utf-8", "surrogateescape")
