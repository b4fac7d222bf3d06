"""pam_keyinit beside the system's own: the session keyring afterwards, and what is in it."""

from __future__ import annotations

import os
import random

from tests.oracle.stage import STAGE, Case, assert_same

pytestmark = STAGE

_CASES = 30 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_USERS = ("alice", "bob", "carol", "root", "nosuchuser", "", None)
_WORDS = ("", "force", "force", "revoke", "force revoke", "force revoke", "revoke force x", "Force")
_CALLS = (
    *(("open_session", 0),) * 3,
    *(("close_session", 0),) * 3,
    *(("setcred", flags) for flags in (2, 2, 4, 4, 8, 16, 0x8002)),
    ("authenticate", 0),
)

_UNSAID = ("cannot begin a session keyring", "cannot revoke the session keyring", "is unknown")
"""What fails is said to nobody by C, unless the line has `debug`; nor what is no option."""


def _line(chance: random.Random) -> str:
    return f"optional pam_keyinit.so {chance.choice(_WORDS)}\n"


def _case(chance: random.Random) -> Case:
    lines = [_line(chance) for _ in range(chance.choice((1, 1, 2)))]
    policy = "".join(f"auth {line}session {line}" for line in lines)
    uid = chance.choice((0, 0, 0, 1000))
    return Case(
        # `required`: so that the answers can be seen.
        policy.replace("optional", "required") if chance.random() < 0.7 else policy,
        tuple(chance.choice(_CALLS) for _ in range(chance.randint(1, 5))),
        user=chance.choice(_USERS),
        answers=chance.choice(((), ("bob",))),
        uid=uid,
        euid=chance.choice((uid, uid, 0)),
        apart=True,
    )


def test_the_session_has_the_same_keyring() -> None:
    chance = random.Random(9)
    cases = {f"case {number}": _case(chance) for number in range(_CASES)}
    assert_same(cases, unsaid=_UNSAID)


def test_what_is_logged_without_numbers_of_keys_is_the_same() -> None:
    auth, session = (
        (f"{kind} required pam_keyinit.so debug {{}}\n") for kind in ("auth", "session")
    )
    calls = (("open_session", 0), ("setcred", 2), ("setcred", 4), ("close_session", 0))
    cases = {
        f"{words} {user} {uid}": Case(
            (auth + session).format(words, words), calls, user=user, uid=uid, euid=0, apart=True
        )
        for words in ("", "revoke")
        for user in ("nosuchuser", "bob")
        for uid in (0, 1000)
    }
    assert_same(
        cases,
        only_in_c=("GET SESSION = ", "JOIN", "REVOKE", "CLOSE"),
        unsaid=(
            "GET SESSION = ",
            "JOIN",
            "REVOKE",
            "CLOSE",
        ),
    )
