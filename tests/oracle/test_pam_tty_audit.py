"""pam_tty_audit beside the system's own: what the kernel records of terminals afterwards."""

from __future__ import annotations

import os
import random

import pytest

from tests.oracle.stage import STAGE, Case, assert_same

pytestmark = STAGE

_CASES = 30 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_USERS = ("alice", "bob", "root", "nosuchuser", "", None)
_PATTERNS = (
    *("*", "alice", "al*", "a[!x]ice", "bob", "b?b", "ALICE", "", "root", "[a", "\\alice"),
    *("1000:", ":1000", "1000:1001", "0:", ":0", "0:0", "1001:1000", ":", "::", "1:2:3"),
    *("x:", ":x", "5:x", "+1000:", "1000 :", "0x0:", "01000:01000", "[ 1000:]", "[: 1000]"),
    *("99999999999999999999:", "5:99999999999999999999"),
)
_FLAGS = ("open_only", "log_passwd", "nonsense", "enable", "open_only=1", "Enable=*")


def _word(chance: random.Random) -> str:
    if chance.random() < 0.25:
        return chance.choice(_FLAGS)
    patterns = ",".join(chance.choice(_PATTERNS) for _ in range(chance.randint(1, 3)))
    if " " in patterns:
        patterns = patterns.replace("[", "").replace("]", "")
        return f"[{chance.choice(('enable', 'disable'))}={patterns}]"
    return f"{chance.choice(('enable', 'disable'))}={patterns}"


def _case(chance: random.Random) -> Case:
    words = " ".join(_word(chance) for _ in range(chance.randint(0, 4)))
    calls = ("open_session", "open_session", "close_session")
    uid = chance.choice((0, 0, 0, 0, 1000))
    return Case(
        f"session required pam_tty_audit.so {words}\n",
        tuple((chance.choice(calls), 0) for _ in range(chance.randint(1, 3))),
        user=chance.choice(_USERS),
        answers=chance.choice(((), ("bob",))),
        uid=uid,
        apart=True,
    )


def test_the_same_is_recorded() -> None:
    chance = random.Random(3)
    cases = {f"case {number}": _case(chance) for number in range(_CASES)}
    assert_same(cases)


@pytest.mark.needs("audit-control")
def test_what_is_different_on_purpose() -> None:
    wrong = "a number that is no user's; C takes its last 32 bits"
    cases = {
        pattern: Case(
            f"session required pam_tty_audit.so enable={pattern}\n",
            (("open_session", 0),),
            apart=True,
        )
        for pattern in ("4294967296:", ":4294968296", "-1000:0", "0:-1", "0:4294967295")
    }
    assert_same(cases, different=dict.fromkeys(cases, wrong))
