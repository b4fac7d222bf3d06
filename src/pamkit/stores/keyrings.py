"""The keyrings of the calling thread, behind `world.Keyrings`: `keyrings(7)`, by keyctl(2)."""

from __future__ import annotations

import errno
import os

from pamkit.formats.passwd import bytes_of
from pamkit.stores.c_library import c_library
from pamkit.vocab.secret import Secret

_GET, _JOIN, _REVOKE, _LINK, _UNLINK, _SET_TIMEOUT = 0, 1, 3, 8, 9, 15
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

    def put(self, name: str, secret: Secret, *, seconds: int) -> int:
        """Make or fill a key, and say when it ends; see `module.keys`."""
        key = c_library.add_key(bytes_of(name), secret.expose(), _SESSION)
        try:
            self.expire(key, seconds=seconds)
        except BaseException:  # an interrupt too; it goes on
            self.remove(key)  # a key without an end was not asked for
            raise
        return key

    def find(self, name: str) -> int:
        """Return the number of a key that is good."""
        return c_library.find_key(_SESSION, bytes_of(name))

    def read(self, key: int) -> Secret:
        """Return what is in a key."""
        return Secret(c_library.read_key(key))

    def expire(self, key: int, *, seconds: int) -> None:
        """Let a key end so many seconds from now."""
        if seconds < 1:  # C: 0 is for ever
            raise ValueError("a key that lives for less than a second")
        c_library.keyctl(_SET_TIMEOUT, key, seconds)

    def remove(self, key: int) -> None:
        """Take a key out of the session keyring, and revoke it."""
        c_library.keyctl(_REVOKE, key, 0)
        c_library.keyctl(_UNLINK, key, _SESSION)


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

    def put(self, name: str, secret: Secret, *, seconds: int) -> int:
        """Refuse, as `session` does."""
        raise _refused()

    def find(self, name: str) -> int:
        """Refuse, as `session` does."""
        raise _refused()

    def read(self, key: int) -> Secret:
        """Refuse, as `session` does."""
        raise _refused()

    def expire(self, key: int, *, seconds: int) -> None:
        """Refuse, as `session` does."""
        raise _refused()

    def remove(self, key: int) -> None:
        """Refuse, as `session` does."""
        raise _refused()


def _refused() -> PermissionError:
    return PermissionError(errno.EPERM, os.strerror(errno.EPERM))
