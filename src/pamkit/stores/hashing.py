"""Password hash schemes, computed by the system's libcrypt; see crypt(3) and crypt(5)."""

from __future__ import annotations

import errno

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.world import Randomness

_LIBRARIES = ("libcrypt.so.2", "libcrypt.so.1")
"""libxcrypt under the name it has on Fedora and its kin, and on Debian and its kin."""

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

# C: `struct crypt_data` has 32,768 bytes in libxcrypt; glibc's old one has 131,232.
_DATA_SIZE = {"crypt_rn": 32768, "crypt_r": 1 << 18}
_SETTING_SIZE = 192


class LibCrypt:
    """The system's libcrypt, loaded when it is first needed; for any number of threads."""

    __slots__ = ("_functions", "_random")

    def __init__(self, random: Randomness) -> None:
        """Take the bytes of salts from ``random``."""
        self._random = random
        self._functions: dict[str, Any] | None = None

    def crypt(self, token: bytes, setting: str) -> str | None:
        """Return the hash of a token under a setting or an earlier hash.

        `None` if the library does not know the scheme, refuses the setting, or cannot take
        the token (a NUL in it, or more than 511 bytes).  `OSError` if there is no libcrypt.
        Nobody else is held up: the interpreter's lock is given back meanwhile.
        """
        import ctypes

        functions = self._load()
        if b"\0" in token or "\0" in setting:
            return None  # C would hash the part before the NUL: half a password
        try:
            wanted = setting.encode("ascii")
        except UnicodeEncodeError:
            return None
        name = "crypt_rn" if "crypt_rn" in functions else "crypt_r"
        size = _DATA_SIZE[name]
        data = ctypes.create_string_buffer(size)
        extra = (size,) if name == "crypt_rn" else ()
        try:
            hashed: bytes | None = functions[name](token, wanted, data, *extra)
        finally:
            ctypes.memset(data, 0, size)
        # C: `*0` and `*1` are failures; no hash begins with a star.
        if not hashed or hashed.startswith(b"*"):
            return None
        return hashed.decode("ascii", "replace")

    def setting(self, scheme: str, rounds: int | None) -> str | None:
        """Return a setting with a fresh salt; `None` if the scheme or the cost is not known.

        ``scheme`` is a word of pam_unix (`yescrypt`); ``rounds`` means what it does there,
        `None` the library's default.  `OSError` if there is no libcrypt.
        """
        if scheme not in _PREFIXES:
            return None
        functions = self._load()
        prefix = _PREFIXES[scheme]
        count = max(0, rounds or 0)
        if scheme in ("md5", "des", "bigcrypt"):
            return prefix + self._salt(_OWN_SALTS[scheme])
        if "crypt_gensalt_rn" in functions:
            return self._generated(functions["crypt_gensalt_rn"], prefix, count)
        if scheme not in _OWN_SALTS:
            return None
        cost = f"rounds={count}$" if count else ""
        return prefix + cost + self._salt(_OWN_SALTS[scheme])

    def _generated(self, gensalt: Any, prefix: str, count: int) -> str | None:
        import ctypes

        entropy = self._random.take(32)
        output = ctypes.create_string_buffer(_SETTING_SIZE)
        made: bytes | None = gensalt(
            prefix.encode(), count, entropy, len(entropy), output, _SETTING_SIZE
        )
        if not made or made.startswith(b"*"):
            return None
        return made.decode("ascii")

    def _salt(self, length: int) -> str:
        return "".join(_ALPHABET[byte & 63] for byte in self._random.take(length))

    def _load(self) -> dict[str, Any]:
        if self._functions is None:
            self._functions = _functions()
        return self._functions


def _functions() -> dict[str, Any]:
    import ctypes

    library = _library()
    text, number = ctypes.c_char_p, ctypes.c_int
    signatures = {
        "crypt_rn": (text, text, ctypes.c_void_p, number),
        "crypt_r": (text, text, ctypes.c_void_p),
        "crypt_gensalt_rn": (text, ctypes.c_ulong, text, number, ctypes.c_void_p, number),
    }
    functions = {}
    for name, arguments in signatures.items():
        function = getattr(library, name, None)
        if function is not None:
            function.argtypes, function.restype = arguments, text
            functions[name] = function
    if "crypt_r" not in functions:
        raise OSError(errno.ENOSYS, "libcrypt has no `crypt_r`: install libxcrypt")
    return functions


def _library() -> Any:
    import ctypes

    for name in _LIBRARIES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    wanted = " or ".join(f"`{name}`" for name in _LIBRARIES)
    advice = "install libcrypt1 (Debian) or libxcrypt (elsewhere)"
    raise OSError(errno.ENOENT, f"passwords cannot be hashed: expected {wanted}, {advice}")
