"""Password hashes as text: which can match at all, and whether a token matches one."""

from __future__ import annotations

from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Crypt = Callable[[Secret, str], Awaitable["str | None"]]
    """Computes ``crypt(token, setting)``; `None` if the scheme is not known."""

DES_BYTES = 8
"""Bytes of a token that one DES hash looks at."""

_DES_LENGTH = 13
_SALT_LENGTH = 2

_MOST_SEGMENTS = 16
_SHOWN = 6
"""Bytes of a hash that may be logged: they name the scheme, and hardly any of the salt."""

_SALT_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./"


async def matches_hash(
    token: Secret,
    hashed: Secret | None,
    *,
    nullok: bool,
    crypt: Crypt,
    spare: str | None = None,
    unknown: Callable[[str], object] | None = None,
) -> bool:
    """Whether a token is the one behind a hash.

    ``hashed`` is `None` for a user who does not exist.  An empty hash goes with the empty
    token, and only if ``nullok``.  Where nothing needs to be computed (no user, a locked
    account), ``spare`` is a setting to compute a hash with all the same, so that the time
    taken does not tell strangers which users exist.  ``unknown`` is told how a hash begins that
    crypt(3) cannot work with.
    """
    text = _comparable(hashed)
    if text is not None and not token and not nullok:
        text = None  # C: an empty password is refused before the hash is looked at
    if not text:
        if spare is not None:
            await crypt(token, spare)
        # Yes: the account has no password at all, none was given, and the policy allows that.
        return text == "" and not token and nullok
    if not text.startswith("$") and len(text) >= _DES_LENGTH:
        computed = await bigcrypt(token, text, crypt)
    else:
        computed = await crypt(token, text)
        if computed is None and unknown is not None:
            unknown(text[:_SHOWN])
    if computed is None or computed.startswith("*"):
        return False  # crypt(3) says that it failed with `*0` or `*1`
    # Yes: the hash of the token is the stored one, to its full length (CVE-2007-0003).
    return Secret(computed).matches(text.encode("ascii"))


async def bigcrypt(token: Secret, setting: str, crypt: Crypt) -> str | None:
    """Return a hash made of DES hashes of eight bytes each; `None` without DES.

    A ``setting`` as long as one DES hash takes the first eight bytes only, as DES does.
    Source: DEC's enhanced security, as Linux-PAM's `bigcrypt` computes it.
    """
    segments = 1
    if len(setting) != _DES_LENGTH:
        segments = min(max(1, -(-len(token) // DES_BYTES)), _MOST_SEGMENTS)
    salt, whole = setting[:_SALT_LENGTH], ""
    for number in range(segments):
        part = Secret(token.expose()[number * DES_BYTES : (number + 1) * DES_BYTES])
        computed = await crypt(part, salt)
        part.wipe()
        if computed is None or computed.startswith("*") or len(computed) != _DES_LENGTH:
            return None
        whole += computed[_SALT_LENGTH if number else 0 :]
        salt = computed[_SALT_LENGTH : 2 * _SALT_LENGTH]
    return whole


def without_aging(hashed: bytes) -> bytes:
    """Return a hash without the aging suffix of HP-UX (`,M.fi`) behind it."""
    if hashed.startswith(b"$"):
        return hashed
    for at in range(_DES_LENGTH, len(hashed)):
        if hashed[at] not in _SALT_BYTES:
            return hashed[:at]
    return hashed


def is_disabled(hashed: Secret) -> bool:
    """Whether no token can match: the hash is locked with `!` or `*`."""
    return hashed.expose()[:1] in (b"*", b"!")


def _comparable(hashed: Secret | None) -> str | None:
    """Return a hash as text, `""` for an empty one, `None` where nothing may match."""
    if hashed is None or is_disabled(hashed):
        return None
    stripped = without_aging(hashed.expose())
    # A byte that no scheme writes: a colon or a line's end here would be another field.
    if any(byte <= 0x20 or byte >= 0x7F or byte == 0x3A for byte in stripped):
        return None
    return stripped.decode("ascii")
