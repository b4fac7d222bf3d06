"""The keyrings of the calling thread, behind `world.Keyrings`: `keyrings(7)`, by keyctl(2)."""

from __future__ import annotations

import errno
import os

from pamkit.stores.c_library import c_library

_GET, _JOIN, _REVOKE, _LINK = 0, 1, 3, 8
_SESSION, _USER, _USER_SESSION = -3, -4, -5


class KernelKeyrings:
    """The keyrings of the kernel we run under."""

    __slots__ = ()

    def session(self) -> int:
        """Return the number of the session keyring."""
        return c_library.keyctl(_GET, _SESSION, 0)

    def user_session(self) -> int:
        """Return the number of the real user's own session keyring."""
        return c_library.keyctl(_GET, _USER_SESSION, 0)

    def start_session(self) -> int:
        """Begin a session keyring that belongs to the real user; return its number."""
        return c_library.keyctl(_JOIN, 0, 0)

    def link_user(self) -> None:
        """Put the real user's keyring into the session keyring."""
        c_library.keyctl(_LINK, _USER, _SESSION)

    def revoke(self, keyring: int) -> None:
        """Make a keyring, and what only it has, unusable for everybody."""
        c_library.keyctl(_REVOKE, keyring, 0)


class NoKeyrings:
    """The keyrings of another machine, which are not in this kernel."""

    __slots__ = ()

    def session(self) -> int:
        """Refuse: the keyring of this process is no user's of another machine."""
        raise _refused()

    def user_session(self) -> int:
        """Refuse, as `session` does."""
        raise _refused()

    def start_session(self) -> int:
        """Refuse, as `session` does."""
        raise _refused()

    def link_user(self) -> None:
        """Refuse, as `session` does."""
        raise _refused()

    def revoke(self, keyring: int) -> None:
        """Refuse, as `session` does."""
        raise _refused()


def _refused() -> PermissionError:
    return PermissionError(errno.EPERM, os.strerror(errno.EPERM))
