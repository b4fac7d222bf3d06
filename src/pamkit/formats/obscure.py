"""Debian's `obscure` checks: is a new password too like the old one, or too simple?"""

from __future__ import annotations

from pamkit.formats.hash_text import DES_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.vocab.secret import Secret

# C: the texts are shown to users, and Debian's translations hang on them.
SAME = "Bad: new password must be different than the old one"
PALINDROME = "Bad: new password cannot be a palindrome"
CASE_ONLY = "Bad: new and old password must differ by more than just case"
SIMILAR = "Bad: new and old password are too similar"
SIMPLE = "Bad: new password is too simple"
ROTATED = "Bad: new password is just a wrapped version of the old one"

_LONG_ENOUGH = 8
"""From this length on, likeness to the old password is not looked at."""

_SIMPLE_BELOW = 9
"""One kind of character wants this many minus one; each kind more, one less."""


def obscure_remark(old: Secret, new: Secret, *, des: bool) -> str:
    """Return what is wrong with a new password, or `""`.

    ``des``: only the first eight bytes will count, so those are looked at as well.  The order
    of the checks is the order of Debian's `obscure.c`; source: pam_unix(8) of Debian.
    """
    remark = _remark(old.expose(), new.expose())
    if remark or not des or max(len(old), len(new)) <= DES_BYTES:
        return remark
    return _remark(old.expose()[:DES_BYTES], new.expose()[:DES_BYTES])


def _remark(old: bytes, new: bytes) -> str:
    if new == old:  # the applicant typed both just now: there is nobody to time this
        return SAME
    old_lower, new_lower = old.lower(), new.lower()
    if new_lower == new_lower[::-1]:
        return PALINDROME
    if new_lower == old_lower:
        return CASE_ONLY
    if _is_similar(old_lower, new_lower):
        return SIMILAR
    if _is_simple(new):
        return SIMPLE
    return ROTATED if new_lower in old_lower * 2 else ""


def _is_similar(old: bytes, new: bytes) -> bool:
    """Whether more than half of the old characters are in a short new password."""
    if len(new) >= _LONG_ENOUGH:
        return False
    compared = min(len(old), len(new))
    kept = sum(byte in new for byte in old[:compared])
    return compared < kept * 2


def _is_simple(new: bytes) -> bool:
    kinds = {
        "digit"
        if 48 <= byte <= 57
        else "upper"
        if 65 <= byte <= 90
        else "lower"
        if 97 <= byte <= 122
        else "other"
        for byte in new
    }
    return len(new) < _SIMPLE_BELOW - len(kinds)
