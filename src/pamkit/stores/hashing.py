"""Password hash schemes, computed by the system's libcrypt; see crypt(3) and crypt(5)."""

from __future__ import annotations

from pamkit.stores.c_library import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Randomness

_PREFIXES = {
    "yescrypt": "$y$",
    "gost_yescrypt": "$gy$",
    "sha512": "$6$",
    "sha256": "$5$",
    "blowfish": "$2b$",
    "md5": "$1$",
    "des": "",
    "bigcrypt": "",
}
"""Schemes as pam_unix names them, and how their hashes begin."""

_OWN_SALTS = {"sha512": 16, "sha256": 16, "md5": 8, "des": 2, "bigcrypt": 2}
"""Characters of salt for schemes that need no help from the library to make one."""

_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class LibCrypt:
    """The system's libcrypt, loaded when it is first needed; for any number of threads."""

    __slots__ = ("_random",)

    def __init__(self, random: Randomness) -> None:
        """Take the bytes of salts from ``random``."""
        self._random = random

    def crypt(self, token: bytes, setting: str) -> str | None:
        """Return the hash of a token under a setting or an earlier hash.

        `None` if the library does not know the scheme, refuses the setting, or cannot take
        the token (a NUL in it, or more than 511 bytes).  `OSError` if there is no libcrypt.
        Nobody else is held up: the interpreter's lock is given back meanwhile.
        """
        c_library.makes_settings()  # without a libcrypt nothing is answered
        if b"\0" in token or "\0" in setting:
            return None  # C would hash the part before the NUL: half a password
        try:
            wanted = setting.encode("ascii")
        except UnicodeEncodeError:
            return None
        hashed = c_library.crypt(token, wanted)
        return None if hashed is None else hashed.decode("ascii", "replace")

    def setting(self, scheme: str, rounds: int | None) -> str | None:
        """Return a setting with a fresh salt; `None` if the scheme or the cost is not known.

        ``scheme`` is a word of pam_unix (`yescrypt`); ``rounds`` means what it does there,
        `None` the library's default.  `OSError` if there is no libcrypt.
        """
        if scheme not in _PREFIXES:
            return None
        helped = c_library.makes_settings()
        prefix = _PREFIXES[scheme]
        count = max(0, rounds or 0)
        if scheme in ("md5", "des", "bigcrypt"):
            return prefix + self._salt(_OWN_SALTS[scheme])
        if helped:
            made = c_library.new_setting(prefix.encode(), count, self._random.take(32))
            return None if made is None else made.decode("ascii")
        if scheme not in _OWN_SALTS:
            return None
        cost = f"rounds={count}$" if count else ""
        return prefix + cost + self._salt(_OWN_SALTS[scheme])

    def _salt(self, length: int) -> str:
        return "".join(_ALPHABET[byte & 63] for byte in self._random.take(length))
