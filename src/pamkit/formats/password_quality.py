"""What is wrong with a new password, and how good it is, as libpwquality judges.

The order of the checks and their texts are libpwquality's, `pwquality(3)`, but for the
dictionary, which comes behind them and has a file of its own (`cracklib_rules`).  DIALECT:
`maxclassrepeat` of 1 is heeded, as in libpwquality behind 1.4.5.
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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.quality_settings import QualitySettings
    from pamkit.vocab.secret import Secret

# C: the texts are shown to users, and programs match on them.
EMPTY = "No password supplied"
SAME = "The password is the same as the old one"
CASE_ONLY = "The password differs with case changes only"
SIMILAR = "The password is too similar to the old one"
ROTATED = "The password is just rotated old one"
PALINDROME = "The password is a palindrome"
USER_NAME = "The password contains the user name in some form"
REAL_NAME = "The password contains words from the real name of the user in some form"
BAD_WORDS = "The password contains forbidden words in some form"
DICTIONARY = "The password fails the dictionary check - {}"
_NO_MEMORY = "Memory allocation error"
_LENGTH = "The password is shorter than {} characters"
_CLASSES = "The password contains less than {} character classes"
_REPEAT = "The password contains more than {} same characters consecutively"
_CLASS_REPEAT = "The password contains more than {} characters of the same class consecutively"
_SEQUENCE = "The password contains monotonic sequence longer than {} characters"
_LACKING = (
    "The password contains less than {} digits",
    "The password contains less than {} uppercase letters",
    "The password contains less than {} lowercase letters",
    "The password contains less than {} non-alphanumeric characters",
)

_LEAST_WORD = 4
"""Bytes; shorter words are in every other password, one way or another."""


def quality_remark(
    settings: QualitySettings,
    new: Secret,
    old: Secret | None = None,
    *,
    user: bytes = b"",
    gecos: bytes = b"",
) -> str:
    """Return what is wrong with a new password, or `""`.

    ``old`` is `None` if it is not known; ``gecos`` is that field of the user's account.
    """
    before = b"" if old is None else old.expose()
    return _remark(settings, new.expose(), before, user, gecos)


def quality_score(settings: QualitySettings, new: Secret) -> int:
    """Return how good a password is that nothing is wrong with: 0 to 100, as `pwscore(1)`."""
    return _score(settings, new.expose())


def _remark(settings: QualitySettings, new: bytes, old: bytes, user: bytes, gecos: bytes) -> str:
    if not new:
        return EMPTY
    if old and new == old:  # the applicant typed both just now: there is nobody to time this
        return SAME
    old_lower = old.lower() if settings.difok else b""
    lower = new.lower()
    if old_lower and old_lower == lower:
        return CASE_ONLY
    if old_lower and is_similar(old_lower, lower, settings.difok):
        return SIMILAR
    return (
        _too_simple(settings, new)
        or (ROTATED if is_rotated(old_lower, lower) else "")
        or _too_regular(settings, new)
        or _wordy(settings, lower, user.lower(), gecos.lower())
    )


def _too_simple(settings: QualitySettings, new: bytes) -> str:
    most = settings.maxclassrepeat
    if most > 0 and repeats_kind(new, most):
        return _CLASS_REPEAT.format(most)
    found = counts(new)
    kind = lacking(settings.credits, found)
    if kind is not None:
        return _LACKING[kind].format(-settings.credits[kind])
    wanted = length_wanted(settings.minlen, settings.credits, found)
    return _LENGTH.format(wanted) if len(new) < wanted else ""


def _too_regular(settings: QualitySettings, new: bytes) -> str:
    if kinds_in(new) < settings.minclass:
        return _CLASSES.format(settings.minclass)
    if is_palindrome(new.lower()):
        return PALINDROME
    # C: only 0 switches these off; below it, the second is too many.
    if settings.maxrepeat and repeats_byte(new, settings.maxrepeat):
        return _REPEAT.format(settings.maxrepeat)
    if settings.maxsequence and climbs(new, settings.maxsequence):
        return _SEQUENCE.format(settings.maxsequence)
    return ""


def _wordy(settings: QualitySettings, lower: bytes, user: bytes, gecos: bytes) -> str:
    if user and settings.usercheck:
        if settings.usersubstr < -1:
            return _NO_MEMORY  # C: as much memory as there are numbers cannot be had
        if any(_has_word(lower, part) for part in _parts(user, settings.usersubstr)):
            return USER_NAME
    if settings.gecoscheck and any(_has_word(lower, word) for word in gecos.split(b" ")):
        return REAL_NAME
    forbidden = settings.badwords.encode("utf-8", "surrogateescape").lower()
    return BAD_WORDS if any(_has_word(lower, word) for word in forbidden.split(b" ")) else ""


def _parts(user: bytes, length: int) -> list[bytes]:
    if length < _LEAST_WORD or len(user) <= length:
        return [user]
    return [user[at : at + length] for at in range(len(user) - length + 1)]


def _has_word(password: bytes, word: bytes) -> bool:
    """Whether a word is in the password, forwards or backwards, or is all of it, stuttered."""
    if len(word) < _LEAST_WORD:
        return False
    back = word[::-1]
    if word in password or back in password:
        return True
    # C: its measure of distance is 0 for words that are the same but for repeated letters.
    return _unstuttered(password) in (_unstuttered(word), _unstuttered(back))


def _unstuttered(word: bytes) -> bytes:
    return bytes(byte for at, byte in enumerate(word) if not at or byte != word[at - 1])


def _score(settings: QualitySettings, new: bytes) -> int:
    """C: "an arbitrary one, fine-tuned by testing": how many bytes and differences there are."""
    score = (len(new) - settings.minlen) * 2
    line = list(new)
    for _ in range(3):
        # C: a counter of 8 bits, so 256 times is as good as never.
        score += sum(line.count(value) % 256 > 0 for value in set(line))
        line = [abs(line[at] - line[at + 1]) for at in range(len(line) - 1)]
    score += kinds_in(new) * 2
    share = score * 100
    size = 3 * settings.minlen + 4 * 2
    whole = share // size if share >= 0 else -(-share // size)
    return min(max(whole - 50, 0), 100)
