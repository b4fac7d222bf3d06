"""pam_stress against the system's own, with every option and in every function."""

from __future__ import annotations

import os
import random

from pamkit.modules.pam_stress import StressOptions
from pamkit.vocab.flags import Flag
from tests.oracle.stage import ALL, ASK, CHANGE, STAGE, Case, assert_same, stack

pytestmark = STAGE

_CASES = 150 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_NAMES = [name for name, _ in ALL]
_FLAGS = (
    *(0, 0, int(Flag.SILENT), int(Flag.CHANGE_EXPIRED_AUTHTOK)),
    int(Flag.DISALLOW_NULL_AUTHTOK),
)


def _drawn(number: int) -> Case:
    draw = random.Random(number)
    words = draw.sample([*StressOptions.stated(), "nonsense"], draw.randrange(6))
    calls = [(name, draw.choice(_FLAGS)) for name in draw.choices(_NAMES, k=draw.randrange(1, 5))]
    # C writes the password to the log.
    if "debug" in words and "authenticate" in dict(calls):
        words.remove("debug")
    return Case(
        stack("pam_stress", " ".join(words)),
        calls,
        user=draw.choice(("alice", "alice", "", None)),
        answers=[draw.choice(("one", "two", "")) for _ in range(draw.randrange(6))],
        uid=draw.choice((0, 1000)),
    )


def test_every_option_does_what_it_does_in_c() -> None:
    cases = {str(number): _drawn(number) for number in range(_CASES)}
    assert_same(cases)


def test_what_is_different_on_purpose() -> None:
    debug, plain = stack("pam_stress", "debug"), stack("pam_stress")
    behind = "password required pam_stress.so\npassword required pam_stress.so use_first_pass"
    assert_same(
        {
            "debug": Case(debug, ASK, answers=("secret",)),
            "no answer": Case(plain, ASK, answers=(None,)),
            "new token": Case(f"{behind} required\n", CHANGE, answers=("new",) * 4),
        },
        different={
            "debug": "C writes the password to the log",
            "no answer": "C takes no answer for a password, unless a flag forbids empty ones",
            "new token": "C takes the answer to its first message for the new password",
        },
    )
