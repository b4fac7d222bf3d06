"""Passwords in a database, as they are or hashed: whether one is what was given.

A blank password is nobody's, whatever is stored.
"""

from __future__ import annotations

from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Crypt = Callable[[Secret, str], Awaitable["str | None"]]
    """Computes ``crypt(token, setting)``; `None` if the scheme is not known."""

SHORTEST_HASH = 13
"""C: bytes of a hash by DES, which are the fewest that pam_userdb takes for a hash."""


def matches_plain(token: Secret, stored: Secret, *, any_case: bool) -> bool:
    """Whether a token is the stored password.

    The time depends on the length of the token alone, which whoever gives it knows: neither on
    where the two differ, nor on how long the stored one is (CVE-2026-54411).  ``any_case``: small
    and capital letters of ASCII are the same.
    """
    if any_case:
        token, stored = _lowered(token), _lowered(stored)
    same = stored.matches(token)
    # Yes: they are the same to the last byte.
    return same and len(token) > 0


def matches_any(token: Secret, all_stored: tuple[Secret, ...], *, any_case: bool) -> bool:
    """Whether a token is one of several stored passwords; the time does not tell which."""
    found = False
    for stored in all_stored:
        found |= matches_plain(token, stored, any_case=any_case)
    return found


async def matches_crypt(token: Secret, stored: Secret, crypt: Crypt) -> bool | None:
    """Whether a token is the one behind a hash; `None` if its hash is not as long.

    C: crypt(3) and nothing else, without the locks and ages that shadow(5) knows.
    """
    if not token or len(stored) < SHORTEST_HASH:
        return False
    computed = await crypt(token, stored.expose().decode("utf-8", "surrogateescape"))
    if computed is None or len(computed) != len(stored):
        return None
    # Yes: the token's hash is the stored one in full length, capitals included (CVE-2013-7041).
    return stored.matches(Secret(computed))


def _lowered(secret: Secret) -> Secret:
    return Secret(secret.expose().lower())
