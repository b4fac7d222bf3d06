"""Whether a password is based on a word, as cracklib judges; source: its `FascistCheck(3)`.

A password is looked at as typed in lower case, backwards, without some letters at its ends,
without punctuation, and with the digits read as the letters they resemble.  DIALECT: the rules
are those of 2.9.6; later ones take fewer passwords for words that lost punctuation, and more for
systematic ones.
"""

from __future__ import annotations

from pamkit.formats.password_shape import steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pamkit.vocab.secret import Secret

# C: the texts are shown to users.
NO_DICTIONARY = "error loading dictionary"
WAY_TOO_SHORT = "it is WAY too short"
TOO_SHORT = "it is too short"
TOO_FEW_DIFFERENT = "it does not contain enough DIFFERENT characters"
ALL_BLANK = "it is all whitespace"
TOO_SYSTEMATIC = "it is too simplistic/systematic"
INSURANCE_NUMBER = "it looks like a National Insurance number."
NOT_REGISTERED = "you are not registered in the password file"
USER_NAME = "it is based on your username"
ENTRY = "it is based upon your password entry"
WORD = "it is based on a dictionary word"
REVERSED_WORD = "it is based on a (reversed) dictionary word"

_LOOKED_AT = 255
_GECOS = 1023
_LEAST, _DIFFERENT, _WAY_TOO_SHORT = 6, 5, 4
_BLANKS = b" \t\n\v\f\r"
_PUNCTUATION = b".`,:;'!?\""
_SYMBOLS = b"$%^&*()-_+=|\\[]{}#@/~"
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = b"0123456789"
_JUNK = bytes(byte for byte in range(1, 256) if byte not in _LETTERS + _DIGITS)
_NOT_IN_GECOS = bytes(byte for byte in range(128) if byte in _JUNK and 32 < byte < 127) + _BLANKS

_RESEMBLE = ((b"$", b"s"), (b"0", b"o"), (b"2", b"a"), (b"3", b"e"), (b"5", b"s"))
_RESEMBLE_TWO = ((b"1", b"il"), (b"4", b"ah"))
"""What stands for which letter, or for which two."""


def dictionary_remark(
    password: Secret, words: Container[bytes], account: tuple[bytes, bytes] | None
) -> str:
    """Return why a password is no good, or `""`.

    ``account`` is the name and gecos field of whoever runs the program, `None` if there is no
    such account.  `ValueError` from a dictionary that makes no sense.
    """
    return _remark(password.expose()[:_LOOKED_AT], words, account)


def _remark(typed: bytes, words: Container[bytes], account: tuple[bytes, bytes] | None) -> str:
    if len(typed) < _LEAST:
        return WAY_TOO_SHORT if len(typed) < _WAY_TOO_SHORT else TOO_SHORT
    if len(set(typed)) < _DIFFERENT:
        return TOO_FEW_DIFFERENT
    password = typed.lower().strip(_BLANKS)
    if not password:
        return ALL_BLANK
    # C: how many neighbours of the alphabet are too many grows with the length.
    if sum(abs(step) == 1 for step in steps(password)) > int(3 + 0.09 * len(password)):
        return TOO_SYSTEMATIC
    if _is_insurance_number(password):
        return INSURANCE_NUMBER
    if account is None:
        return NOT_REGISTERED
    personal = _personal_remark(password, *account)
    if personal:
        return personal
    if any(form in words for form in _forms(password)):
        return WORD
    return REVERSED_WORD if any(form in words for form in _forms(password[::-1])) else ""


def _is_insurance_number(password: bytes) -> bool:
    letters, digits = password[:2] + password[8:], password[2:8]
    return len(password) == 9 and letters.isalpha() and digits.isdigit()


def _personal_remark(password: bytes, name: bytes, gecos: bytes) -> str:
    """Return whether the password is made of the account's own name and words."""
    forms = set(_forms(password))
    if _is_based_on(password, forms, name[:_GECOS]):
        return USER_NAME
    own = _gecos_words(gecos[:_GECOS].lower())
    if any(_is_based_on(password, forms, word) for word in own):
        return ENTRY
    for at, second in enumerate(own):
        for first in own[:at]:
            made = (
                ("it is derived from your password entry", first + second),
                ("it's derived from your password entry", second + first),
                ("it is derivable from your password entry", first[:1] + second),
                ("it's derivable from your password entry", second[:1] + first),
            )
            for remark, word in made:
                if _is_based_on(password, forms, word):
                    return remark
    return ""


def _gecos_words(gecos: bytes) -> list[bytes]:
    text = gecos.translate(bytes.maketrans(_NOT_IN_GECOS, b" " * len(_NOT_IN_GECOS)))
    # C: behind two separators at the end it finds one more word, an empty one.
    return text.split() + [b""] * text.endswith(b"  ")


def _is_based_on(password: bytes, forms: set[bytes], word: bytes) -> bool:
    """Whether a form of the password is the word, or is made of it.  C: only so far as it goes."""
    length = len(password)
    beginning = word[:length]
    if beginning in forms or beginning[::-1] in forms:
        return True
    back = word[::-1]
    made = (word, back, word + word, word + back, back + back, back + word)
    return any(each[:length] == password for each in made)


def _forms(password: bytes) -> Iterator[bytes]:
    """Yield what a password may have been made from; nothing that is empty."""
    yield password
    for cut in (1, 2, 3):
        yield from (part for part in (password[cut:], password[:-cut]) if part)
    for purged in (_PUNCTUATION, _SYMBOLS, _JUNK):
        rest = password.translate(None, purged)
        if rest and rest != password:
            yield rest
    yield from _read_as_letters(password)


def _read_as_letters(password: bytes) -> Iterator[bytes]:
    """Yield every reading of the password in which at least one sign stands for a letter."""
    readings = [password]
    for sign, letters in (*_RESEMBLE, *_RESEMBLE_TWO):
        if sign in password:
            readings += [
                reading.replace(sign, letters[at : at + 1])
                for reading in readings
                for at in range(len(letters))
            ]
    yield from readings[1:]
