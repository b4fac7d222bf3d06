"""pam_issue beside the system's own."""

from __future__ import annotations

import os
import random
import struct

from pamkit.vocab.item import Item
from tests.oracle.stage import STAGE, Case, Content, File, assert_same

pytestmark = STAGE

_CASES = 120 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

# What pamkit's dispatcher says of words it does not know.
_OURS_ALONE = ("`nonsense`",)

_PIECES = (
    *(f"\\{letter}".encode() for letter in "snrvmodtluU\\xSN4 \n"),
    b"\\",
    b"\\\0",
    b"\0",
    b"\\\xe9",
    b"\xff",
    b"Welcome to ",
    "für alle".encode(),
    b"\n",
    b"%s %n",
)
_AT = (0, 1_700_000_000, 1_709_164_799, 1_709_164_800, 951_782_400, 4_102_444_800, 1)


def _records(chance: random.Random) -> Content:
    if chance.random() < 0.2:
        return None
    kinds = [chance.choice((7, 7, 8, 6, 2, 0, -3, 300)) for _ in range(chance.randint(0, 5))]
    data = b"".join(struct.pack("<h382x", kind) for kind in kinds)
    return data + chance.choice((b"", b"", b"\x07\0", b"\x07" + bytes(382)))


def _text(chance: random.Random) -> Content:
    data = b"".join(chance.choice(_PIECES) for _ in range(chance.choice((0, 1, 3, 8, 20, 700))))
    roll = chance.random()
    if roll < 0.85:
        return File(data)
    if roll < 0.9:
        return None
    if roll < 0.95:
        return File(kind="link", to=chance.choice(("/dev/null", "/srv/issue", "/nowhere")))
    return File(kind="directory", mode=0o755)


def _case(chance: random.Random) -> Case:
    words = ("noesc", "issue=/srv/issue", "issue=/nowhere", "issue=/dev/null", "nonsense")
    options = chance.sample(words, chance.choice((0, 0, 1, 1, 2)))
    line = f"auth [default=ok] pam_issue.so {' '.join(options)}\n"
    prompt = chance.choice((None, "login: ", "", "Name \\n: "))
    return Case(
        line * chance.choice((1, 1, 2)) + "auth required pam_permit.so\n",
        (("authenticate", 0), ("setcred", 0), ("authenticate", 0)),
        user=chance.choice((None, None, None, "alice")),
        answers=("alice",),
        items=() if prompt is None else ((Item.USER_PROMPT, prompt),),
        files=(
            ("/etc/issue", _text(chance)),
            ("/srv/issue", _text(chance)),
            ("/var/run/utmp", _records(chance)),
        ),
        uid=chance.choice((0, 0, 1000)),
        now=chance.choice(_AT[1:]),
    )


def test_the_prompt_is_the_one_of_the_module_in_c() -> None:
    chance = random.Random(53)
    assert_same({f"{number}": _case(chance) for number in range(_CASES)}, unsaid=_OURS_ALONE)


_DIFFERENT = {
    "too long": "C shows files of any length",
    "logind": "up to 1.5 there are only records of logins",
}


def test_what_is_different_is_named() -> None:
    session = ("/run/systemd/sessions/1", "CLASS=user\n")
    files: dict[str, tuple[tuple[str, Content], ...]] = {
        "too long": (("/etc/issue", "x" * 65537),),
        "logind": (("/etc/issue", "\\U"), ("/var/run/utmp", None), session),
    }
    policy = "auth [default=ok] pam_issue.so\nauth required pam_permit.so\n"
    cases = {
        name: Case(policy, (("authenticate", 0),), user=None, answers=("alice",), files=laid)
        for name, laid in files.items()
    }
    assert_same(cases, different=_DIFFERENT)
