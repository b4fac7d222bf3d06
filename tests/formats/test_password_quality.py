import ctypes
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.cracklib_dictionary import CracklibDictionary
from pamkit.formats.cracklib_rules import dictionary_remark
from pamkit.formats.password_quality import quality_remark, quality_score
from pamkit.formats.quality_settings import QualitySettings
from pamkit.stores.c_by_ctypes import pwquality_check
from pamkit.vocab.secret import Secret

_DEFAULTS = QualitySettings()
_GOOD = "kX7-qp2_Wz"

_REMARKS = [
    ("", "", "No password supplied"),
    ("", "kX7-qp2", "The password is shorter than 8 characters"),
    ("dcredit=1 ucredit=9", "kX7-qp", ""),
    ("minlen=12 dcredit=1 ocredit=1", "kX7-qp2_W", "The password is shorter than 10 characters"),
    ("dcredit=-3", _GOOD, "The password contains less than 3 digits"),
    ("ucredit=-3", _GOOD, "The password contains less than 3 uppercase letters"),
    ("lcredit=-5", _GOOD, "The password contains less than 5 lowercase letters"),
    ("ocredit=-3", _GOOD, "The password contains less than 3 non-alphanumeric characters"),
    ("minclass=3", "kx7qp2wz", "The password contains less than 3 character classes"),
    ("", "neVeroddoreven", "The password is a palindrome"),
    ("maxrepeat=2", "kX777-qp", "The password contains more than 2 same characters consecutively"),
    (
        "maxsequence=2",
        "kX789-qp",
        "The password contains monotonic sequence longer than 2 characters",
    ),
    (
        "maxclassrepeat=1",
        "kX7-qp2_",
        "The password contains more than 1 characters of the same class consecutively",
    ),
    ("", "9aliCE-7Q", "The password contains the user name in some form"),
    ("", "9eciLA-7Q", "The password contains the user name in some form"),
    ("", "aalliiccee", "The password contains the user name in some form"),
    ("usercheck=0", "9aliCE-7Q", ""),
    ("", "9lice-7QQ", ""),
    ("usersubstr=4", "9lice-7QQ", "The password contains the user name in some form"),
    ("usersubstr=-2", _GOOD, "Memory allocation error"),
    (
        "gecoscheck=1",
        "9sMITh-7Q",
        "The password contains words from the real name of the user in some form",
    ),
    ("", "9sMITh-7Q", ""),
    ("badwords=no kX7-", _GOOD, "The password contains forbidden words in some form"),
    ("badwords=kX7", _GOOD, ""),
]


@pytest.mark.parametrize(("words", "typed", "expected"), _REMARKS)
def test_what_is_wrong_with_a_password(words: str, typed: str, expected: str) -> None:
    settings = _DEFAULTS
    for word in [words] if words.startswith("badwords") else words.split():
        settings = settings.with_option(word)
    remark = quality_remark(settings, Secret(typed), user=b"Alice", gecos=b"Alice Smith")
    assert expected == remark


@pytest.mark.parametrize(
    ("old", "difok", "expected"),
    [
        (_GOOD, 1, "The password is the same as the old one"),
        (_GOOD, 0, "The password is the same as the old one"),
        ("Kx7-QP2_wZ", 1, "The password differs with case changes only"),
        ("Kx7-QP2_wZ", 0, ""),
        ("kX7-qp2_aa", 3, "The password is too similar to the old one"),
        ("kX7-qp2_aa", 2, ""),
        ("qp2_WzkX7-", 1, "The password is just rotated old one"),
        ("", 5, ""),
    ],
)
def test_what_is_too_like_the_old_password(old: str, difok: int, expected: str) -> None:
    settings = _DEFAULTS.changed(difok=difok)
    assert expected == quality_remark(settings, Secret(_GOOD), Secret(old))


@given(typed=st.binary(max_size=400), old=st.binary(max_size=40), name=st.binary(max_size=9))
def test_any_bytes_are_judged(typed: bytes, old: bytes, name: bytes) -> None:
    settings = _DEFAULTS.changed(usersubstr=4, maxrepeat=3, maxsequence=3, gecoscheck=1)
    quality_remark(settings, Secret(typed), Secret(old), user=name, gecos=name)
    assert 0 <= quality_score(settings, Secret(typed)) <= 100


# --- side by side with the libraries ------------------------------------------------------------

_CASES = 1500

_VALUES = {
    "difok": (0, 1, 2, 3, 5, 8, -1),
    "minlen": (0, 6, 7, 8, 9, 12, 15, -3),
    "dcredit": (0, 1, 2, -1, -2, 5),
    "ucredit": (0, 1, 2, -1, -3),
    "lcredit": (0, 1, 2, -1, -4),
    "ocredit": (0, 1, 3, -1, -2),
    "minclass": (0, 1, 2, 3, 4, 7, -1),
    "maxrepeat": (0, 1, 2, 3, -1),
    "maxclassrepeat": (0, 2, 3, 4, 5, -1),  # libpwquality 1.4.5 takes 1 for 0
    "maxsequence": (0, 1, 2, 3, 4, -2),
    "gecoscheck": (0, 1),
    "usercheck": (0, 1),
    "usersubstr": (0, 3, 4, 5, -1, -2, 20),
    "badwords": ("", "pass word", "secret aabb abc", "Wonder  x LAND"),
}
_WORDS = ("password", "wonderland", "secret", "daemon", "hillside", "summer", "dragon")
_USERS = (b"", b"root", b"daemon", b"AliceBob", b"bob", b"systemd-network")
_LEET = str.maketrans("oeasilh", "03@$114")


def _typed(chance: random.Random) -> str:
    kind = chance.randrange(8)
    if kind == 0:
        return "".join(chance.choice("ab1A!") for _ in range(chance.randrange(14)))
    if kind == 1:
        return "".join(chance.choice("abcdefgh12345678XY.,-") for _ in range(chance.randrange(20)))
    if kind == 2:
        return chance.choice(_WORDS) + chance.choice(("", "1", "12", "!", ".x", "123"))
    if kind == 3:
        return chance.choice(_WORDS).translate(_LEET)[:: chance.choice((1, -1))]
    if kind == 4:
        name = chance.choice(_USERS).decode()[:: chance.choice((1, -1))]
        return chance.choice(("", "x", "9!")) + name + chance.choice(("", "Q1", "ab7Q"))
    if kind == 5:
        data = bytes(chance.randrange(1, 256) for _ in range(chance.randrange(1, 12)))
        return data.decode("utf-8", "surrogateescape")
    if kind == 6:
        return "".join(chance.choice("aaab") * chance.randrange(1, 4) for _ in range(4))
    return "".join(chr(chance.randrange(33, 127)) for _ in range(chance.randrange(6, 30)))


def _earlier(chance: random.Random, new: str) -> str | None:
    cut = chance.randrange(len(new) + 1)
    ways = (None, None, new, new.swapcase(), new[cut:] + new[:cut], new[::-1], new[:-1], "x" + new)
    return chance.choice((*ways, _typed(chance)))


@pytest.mark.needs("libpwquality")
def test_our_rules_judge_as_libpwquality_does() -> None:
    chance = random.Random(22)
    odd = []
    for _ in range(_CASES):
        settings = _DEFAULTS.changed(dictcheck=0)
        for name, values in _VALUES.items():
            if chance.random() < 0.15:
                settings = settings.with_setting(name, str(chance.choice(values)))
        new = _typed(chance)
        before, user = _earlier(chance, new), chance.choice(_USERS)
        typed, old = Secret(new), None if before is None else Secret(before)
        code, text = pwquality_check(
            [word.encode() for word in settings.for_judging()],
            typed.expose(),
            None if old is None else old.expose(),
            user,
        )
        gecos = user if user in (b"root", b"daemon") else b""
        remark = quality_remark(settings, typed, old, user=user, gecos=gecos)
        expected = (code, "") if code >= 0 else (-1, text.decode())
        if expected != (-1 if remark else quality_score(settings, typed), remark):
            odd.append((settings, new, before, user, expected, remark))
    assert odd == []


@pytest.mark.needs("cracklib")
def test_our_rules_find_words_as_cracklib_does() -> None:
    place = "/var/cache/cracklib/cracklib_dict"
    with open(f"{place}.pwi", "rb") as index, open(f"{place}.pwd", "rb") as words:
        dictionary = CracklibDictionary(index.read(), words.read())
    check = ctypes.CDLL("libcrack.so.2").FascistCheckUser
    check.restype, check.argtypes = ctypes.c_char_p, (ctypes.c_char_p,) * 4
    chance, listed = random.Random(23), list(dictionary)
    names = ("alice", "bob", "Stephen", "x", "O Reilly", "Mary-Jane", ",", "room 5", "555-1234")
    odd = []
    for _ in range(_CASES):
        user = chance.choice(names[:4])
        gecos = chance.choice((",", " ", "  ,,")).join(chance.choices(names, k=3))
        word = listed[chance.randrange(len(listed))].decode()
        made = chance.choice((user, word, word, chance.choice(names) + user, gecos, _typed(chance)))
        typed = Secret(_changed(chance, _changed(chance, made)))
        found: bytes | None = check(typed.expose(), None, user.encode(), gecos.encode())
        remark = dictionary_remark(typed, dictionary, (user.encode(), gecos.encode()))
        if (found or b"").decode() != remark:
            odd.append((typed.expose(), user, gecos, found, remark))
    assert odd == []


def _changed(chance: random.Random, word: str) -> str:
    at = chance.randrange(len(word) + 1)
    return chance.choice(
        (
            *(word, word[::-1], word + word, word + word[::-1], word.translate(_LEET)),
            *(f"!{word}", f"{word}12", f"  {word}\t", f"{word[:at]}-{word[at:]}", word.upper()),
        )
    )
