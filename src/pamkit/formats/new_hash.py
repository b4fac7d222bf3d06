"""How a new password is hashed: scheme and cost, from options and login.defs(5)."""

from __future__ import annotations

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMES = (
    "md5",
    "bigcrypt",
    "sha256",
    "sha512",
    "blowfish",
    "des",
    "gost_yescrypt",
    "yescrypt",
)
"""The schemes `pam_unix` names, in the order in which it looks for `ENCRYPT_METHOD`."""

DEFAULT_SCHEME = "yescrypt"
"""What is used if nobody names a scheme.

DIALECT: Linux-PAM falls back to DES, which looks at eight bytes and can be searched through;
nobody who left the choice open wants that.
"""

_COST_KEYS = {
    "yescrypt": "YESCRYPT_COST_FACTOR",
    "sha256": "SHA_CRYPT_MAX_ROUNDS",
    "sha512": "SHA_CRYPT_MAX_ROUNDS",
}
_DEFAULT_COST = {"blowfish": 5, "gost_yescrypt": 5, "yescrypt": 5}
_COST_BOUNDS = {"blowfish": (4, 31), "gost_yescrypt": (3, 11), "yescrypt": (3, 11)}
_INT_MAX = 2**31 - 1


class Recipe(Record):
    """How to hash: the scheme as `pam_unix` names it, and its cost (`None`: the scheme's own).

    ``complaints`` are values of login.defs that could not be used, as log lines.
    """

    scheme: str
    rounds: int | None = None
    complaints: tuple[str, ...] = ()


def recipe(
    scheme: str | None, rounds: int | None, login_def: Callable[[str], str | None]
) -> Recipe:
    """Return how to hash, from what the options say and what login.defs says for the rest.

    Costs are brought into the bounds of Linux-PAM 1.7: 3 to 11 for the yescrypt family, 4 to
    31 for blowfish, 1000 to 9999999 for SHA (below, the scheme's own default).
    """
    complaints = []
    if scheme is None:
        method = login_def("ENCRYPT_METHOD")
        if method is not None:
            scheme = scheme_of(method)
            if scheme is None:
                complaints.append(f"unrecognized ENCRYPT_METHOD value [{method}]")
    scheme = scheme or DEFAULT_SCHEME
    key = _COST_KEYS.get(scheme)
    if rounds is None and key is not None:
        value = login_def(key)
        if value is not None:
            rounds = _number(value)
            if rounds is None:
                complaints.append(f"option {key} invalid [{value}]")
    return Recipe(scheme, _bounded(scheme, rounds), tuple(complaints))


def scheme_of(method: str) -> str | None:
    """Return the scheme that a value of `ENCRYPT_METHOD` begins with, in any case."""
    wanted = method.lower()
    return next((scheme for scheme in SCHEMES if wanted.startswith(scheme)), None)


def same_scheme(setting: str, hashed: str) -> bool:
    """Whether a fresh hash is of the scheme its setting asked for (crypt may fail with `*0`)."""
    if setting.startswith("$"):
        return hashed.startswith(setting[: setting.index("$", 1) + 1])
    return not hashed.startswith(("*", "$")) and hashed[:2] == setting[:2]


def _bounded(scheme: str, rounds: int | None) -> int | None:
    if rounds is None:
        return _DEFAULT_COST.get(scheme)
    if scheme in _COST_BOUNDS:
        least, most = _COST_BOUNDS[scheme]
        return min(max(rounds, least), most)
    if scheme in ("sha256", "sha512"):
        # C: too little and INT_MAX are "bogus values"; the scheme's own default is meant.
        return None if rounds < 1000 or rounds >= _INT_MAX else min(rounds, 9_999_999)
    return None


def _number(value: str) -> int | None:
    if not value.isascii() or not value.isdigit() or len(value) > 10:
        return None
    return int(value) if int(value) <= _INT_MAX else None
