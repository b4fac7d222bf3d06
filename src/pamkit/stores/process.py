"""The process that runs the transaction, behind `world.Process`."""

from __future__ import annotations

import errno
import os
import sys

from pamkit.formats.passwd import bytes_of, text_of
from pamkit.module.world import Machine
from pamkit.stores.c_library import c_library

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

    def limit(self, resource: int) -> tuple[int, int] | None:
        """Return the soft and hard limit; `None` if the kernel has none of that number."""
        try:
            return c_library.limit(resource)
        except OSError as fault:
            if fault.errno == errno.EINVAL:
                return None
            raise

    def set_limit(self, resource: int, soft: int, hard: int) -> None:
        """Give the process other limits, `setrlimit(2)`."""
        c_library.set_limit(resource, soft, hard)

    def priority(self) -> int:
        """Return how nice this thread is, `getpriority(2)`."""
        return os.getpriority(os.PRIO_PROCESS, 0)

    def set_priority(self, nice: int) -> None:
        """Make this thread more or less nice.  C: of a process the kernel takes one thread."""
        os.setpriority(os.PRIO_PROCESS, 0, nice)

    def set_umask(self, mask: int) -> int:
        """Take other permission bits away from new files, `umask(2)`; return those before."""
        return os.umask(mask)

    def forbid_new_privileges(self) -> None:
        """See to it that no program gives this thread more rights, `PR_SET_NO_NEW_PRIVS`."""
        c_library.forbid_new_privileges()

    def change_root(self, path: str) -> None:
        """Make a directory the root, `chroot(2)`, and go there."""
        place = path.encode("utf-8", "surrogateescape")
        os.chdir(place)
        os.chroot(place)
        os.chdir(b"/")

    def change_directory(self, path: str) -> None:
        """Go to a directory, `chdir(2)`."""
        os.chdir(path.encode("utf-8", "surrogateescape"))

    def variable(self, name: str) -> str | None:
        """Return a variable of the process's own environment."""
        value = c_library.variable(bytes_of(name))
        return None if value is None else text_of(value)

    def set_variable(self, name: str, value: str | None) -> None:
        """Change that, or with `None` remove it, `setenv(3)`."""
        try:
            c_library.set_variable(bytes_of(name), None if value is None else bytes_of(value))
        except ValueError:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from None

    def number(self) -> int:
        """Return the number of the process, `getpid(2)`."""
        return os.getpid()

    def is_running(self, number: int) -> bool:
        """Whether there is a process of that number, by `kill(2)` with no signal."""
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return False
        except OSError:
            pass  # it is somebody else's
        return True

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

    def machine(self) -> Machine:
        """Return what `uname(2)` says."""
        return Machine(*(_text(word) for word in os.uname()))


class OnlyLooking(ThisProcess):
    """This process, for users of another machine: it is looked at and not changed."""

    __slots__ = ()

    def set_groups(self, groups: tuple[int, ...]) -> None:
        """Refuse: groups of another machine are no groups here."""
        raise _refused()

    def set_limit(self, resource: int, soft: int, hard: int) -> None:
        """Refuse: another machine's limits are for its own processes."""
        raise _refused()

    def set_priority(self, nice: int) -> None:
        """Refuse, unless nothing changes."""
        if nice != self.priority():
            raise _refused()

    def set_umask(self, mask: int) -> int:
        """Refuse: this process goes on with its own files."""
        raise _refused()

    def change_directory(self, path: str) -> None:
        """Refuse: this process goes on with its own files."""
        raise _refused()

    def variable(self, name: str) -> str | None:
        """Return nothing: what started this process knows another machine."""
        return None

    def set_variable(self, name: str, value: str | None) -> None:
        """Refuse: this process goes on with its own work."""
        raise _refused()

    def forbid_new_privileges(self) -> None:
        """Refuse: this process goes on with its own work."""
        raise _refused()

    def change_root(self, path: str) -> None:
        """Refuse: this process goes on with its own files."""
        raise _refused()

    def is_running(self, number: int) -> bool:
        """Say yes: the processes of another machine cannot be seen."""
        return True


def _refused() -> PermissionError:
    return PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def _text(name: str) -> str:
    """Return a name as all texts are decoded here, whatever the locale says."""
    data = name.encode(sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
    return data.decode("utf-8", "surrogateescape")
