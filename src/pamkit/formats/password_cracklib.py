"""What is wrong with a new password, as pam_cracklib judged beside cracklib itself.

The order of the checks and their texts are those of Linux-PAM 1.4, the last that had the module.
"""

from __future__ import annotations

from pamkit.formats.password_shape import (
    climbs,
    counts,
    is_palindrome,
    is_rotated,
    is_similar,
    kinds_in,
    lacking,
    length_wanted,
    repeats_byte,
    repeats_kind,
)
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.vocab.secret import Secret

# C: the texts are shown to users, behind `BAD PASSWORD: `.
PALINDROME = "is a palindrome"
CASE_ONLY = "case changes only"
SIMILAR = "is too similar to the old one"
SIMPLE = "is too simple"
ROTATED = "is rotated"
CLASSES = "not enough character classes"
REPEAT = "contains too many same characters consecutively"
SEQUENCE = "contains too long of a monotonic character sequence"
USER_NAME = "contains the user name in some form"

_LEAST_WORD = 4


class CracklibLimits(Record):
    """What is asked of a new password; credits are of digits, upper case, lower case, others."""

    difok: int = 5
    minlen: int = 9
    credits: tuple[int, int, int, int] = (1, 1, 1, 1)
    minclass: int = 0
    maxrepeat: int = 0
    maxsequence: int = 0
    maxclassrepeat: int = 0


def cracklib_remark(
    limits: CracklibLimits, new: Secret, old: Secret | None, words: tuple[bytes, ...] = ()
) -> str:
    """Return what is wrong with a new password, or `""`.

    ``old`` is `None` if it is not known; ``words`` must not be in the new one either way round.
    """
    before = None if old is None else old.expose().lower()
    return _remark(limits, new.expose(), before, words)


def words_of_name(gecos: bytes) -> tuple[bytes, ...]:
    """Return the words of a gecos field that are long enough to be looked for."""
    return tuple(word for word in gecos.split(b" ") if len(word) >= _LEAST_WORD)


def _remark(limits: CracklibLimits, new: bytes, old: bytes | None, words: tuple[bytes, ...]) -> str:
    lower = new.lower()
    if is_palindrome(lower):
        return PALINDROME
    if old is not None and old == lower:
        return CASE_ONLY
    if old is not None and is_similar(old, lower, limits.difok):
        return SIMILAR
    if _is_simple(limits, new):
        return SIMPLE
    if old is not None and is_rotated(old, lower):
        return ROTATED
    if kinds_in(new) < limits.minclass:
        return CLASSES
    if limits.maxrepeat and repeats_byte(new, limits.maxrepeat):
        return REPEAT
    if limits.maxsequence and climbs(new, limits.maxsequence):
        return SEQUENCE
    return USER_NAME if any(_has(lower, word.lower()) for word in words) else ""


def _is_simple(limits: CracklibLimits, new: bytes) -> bool:
    if limits.maxclassrepeat > 0 and repeats_kind(new, limits.maxclassrepeat):
        return True
    found = counts(new)
    if lacking(limits.credits, found) is not None:
        return True
    return len(new) < length_wanted(limits.minlen, limits.credits, found)


def _has(password: bytes, word: bytes) -> bool:
    return word in password or word[::-1] in password
