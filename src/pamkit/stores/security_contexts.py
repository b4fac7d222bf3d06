"""Security contexts, behind `security_contexts.Contexts`: the system's libselinux."""

from __future__ import annotations

import errno
import os

from pamkit.formats.passwd import bytes_of, text_of
from pamkit.stores.c_library import c_library


class LibSelinux:
    """The system's libselinux, loaded when it is first asked."""

    __slots__ = ()

    def login(self, user: str, service: str) -> tuple[str, str | None]:
        """Return SELinux user and level: getseuser(3).

        A name with a slash is refused: the library would look for it elsewhere on the disk.
        """
        if "/" in user:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), "getseuser")
        seuser, level = _asked("getseuser", user, service)
        return _there(seuser), level

    def reachable(self, seuser: str, level: str | None) -> tuple[str, ...]:
        """Return contexts: get_ordered_context_list_with_level(3)."""
        return tuple(map(_there, _asked("get_ordered_context_list_with_level", seuser, level)))

    def current(self) -> str:
        """Return our context: getcon(3)."""
        return _there(*_asked("getcon"))

    def previous(self) -> str:
        """Return the context from before this program: getprevcon_raw(3)."""
        return _there(*_asked("getprevcon_raw"))

    def of_programs(self) -> str | None:
        """Return the context for programs: getexeccon(3)."""
        return _asked("getexeccon")[0]

    def set_of_programs(self, context: str | None) -> None:
        """Change it: setexeccon(3)."""
        _asked("setexeccon", context)

    def set_of_keys(self, context: str) -> None:
        """Change the context for keys: setkeycreatecon(3)."""
        _asked("setkeycreatecon", context)

    def of_file(self, path: str) -> str:
        """Return a file's context: getfilecon(3)."""
        return _there(*_asked("getfilecon", path))

    def set_of_file(self, path: str, context: str) -> None:
        """Change it: setfilecon(3)."""
        _asked("setfilecon", path, context)

    def of_terminal(self, user: str, before: str) -> str:
        """Return a terminal's new context: security_compute_relabel(3)."""
        return _there(*_asked("security_compute_relabel", user, before, "chr_file"))

    def member(self, own: str, directory: str) -> str:
        """Return the context of an instance: security_compute_member(3)."""
        return _there(*_asked("security_compute_member", own, directory, "dir"))

    def is_valid(self, context: str) -> bool:
        """Whether the policy has it: security_check_context(3)."""
        try:
            _asked("security_check_context", context)
        except OSError:
            return False
        return True

    def contains(self, outer: str, inner: str) -> bool:
        """Whether one range has the other in it: selinux_check_access(3)."""
        try:
            _asked("selinux_check_access", outer, inner, "context", "contains")
        except OSError:
            return False
        return True

    def allows(
        self, subject: str, target: str, kind: str, right: str
    ) -> tuple[bool, tuple[str, ...]]:
        """Ask selinux_check_access(3), and keep what it would write to its log."""
        try:
            texts = map(bytes_of, (subject, target, kind, right))
            may, said = c_library.selinux_access(*texts)
        except ValueError:
            function = "selinux_check_access"
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), function) from None
        return may, tuple(filter(None, text_of(said).split("\n")))

    def default_type(self, role: str) -> str | None:
        """Return the type for a role: get_default_type(3)."""
        try:
            return _asked("get_default_type", role)[0]
        except OSError:
            return None

    def raw(self, context: str) -> str:
        """Return the kernel's form: selinux_trans_to_raw_context(3)."""
        return _there(*_asked("selinux_trans_to_raw_context", context))


class NoContexts:
    """The contexts of another machine: this kernel has none of them."""

    __slots__ = ()

    def login(self, user: str, service: str) -> tuple[str, str | None]:
        """Refuse: the policy of this machine is not that of another."""
        raise _refused()

    def reachable(self, seuser: str, level: str | None) -> tuple[str, ...]:
        """Refuse, as `login` does."""
        raise _refused()

    def current(self) -> str:
        """Refuse, as `login` does."""
        raise _refused()

    def previous(self) -> str:
        """Refuse, as `login` does."""
        raise _refused()

    def of_programs(self) -> str | None:
        """Refuse, as `login` does."""
        raise _refused()

    def set_of_programs(self, context: str | None) -> None:
        """Refuse, as `login` does."""
        raise _refused()

    def set_of_keys(self, context: str) -> None:
        """Refuse, as `login` does."""
        raise _refused()

    def of_file(self, path: str) -> str:
        """Refuse, as `login` does."""
        raise _refused()

    def set_of_file(self, path: str, context: str) -> None:
        """Refuse, as `login` does."""
        raise _refused()

    def of_terminal(self, user: str, before: str) -> str:
        """Refuse, as `login` does."""
        raise _refused()

    def member(self, own: str, directory: str) -> str:
        """Refuse, as `login` does."""
        raise _refused()

    def is_valid(self, context: str) -> bool:
        """Have no context."""
        return False

    def contains(self, outer: str, inner: str) -> bool:
        """Have no context."""
        return False

    def allows(
        self, subject: str, target: str, kind: str, right: str
    ) -> tuple[bool, tuple[str, ...]]:
        """Refuse, as `login` does."""
        raise _refused()

    def default_type(self, role: str) -> str | None:
        """Know no role."""
        return None

    def raw(self, context: str) -> str:
        """Refuse, as `login` does."""
        raise _refused()


def _asked(function: str, *texts: str | None) -> tuple[str | None, ...]:
    """Return what libselinux gives; `OSError` if it fails, or a text is none that C could take."""
    try:
        given = tuple(None if text is None else bytes_of(text) for text in texts)
        found = c_library.selinux(function.encode(), given)
    except ValueError:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), function) from None
    return tuple(None if text is None else text_of(text) for text in found)


def _there(text: str | None) -> str:
    if text is None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return text


def _refused() -> PermissionError:
    return PermissionError(errno.EPERM, os.strerror(errno.EPERM))
