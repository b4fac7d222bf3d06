"""pam_ftp against the system's own: who is anonymous, and what becomes of the address."""

from __future__ import annotations

import os
import random

from pamkit.vocab.item import Item
from tests.oracle.stage import ALL, ASK, STAGE, Case, assert_same

pytestmark = STAGE

_CASES = 150 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_OPTIONS = (
    *("debug", "ignore", "users=alice", "users=bob,alice", "users=", "users=,", "users=bob,,carol"),
    *("users=ftp", "Users=bob", "nonsense", "users"),
)
_USERS = ("ftp", "anonymous", "alice", "bob", "carol", "Ftp", "", "nosuchuser", None)
_ANSWERS = (
    *(
        "",
        "me@far",
        "me",
        "@far",
        "me@",
        "@",
        "@@",
        "me@@far",
        "a@b@c",
        "  x @ y ",
        "\udce9@\udce9",
    ),
    "x" * 700,
)


def _case(args: str, user: str | None, *answers: str | None, calls: object = ASK) -> Case:
    # What the items became is told by pam_echo, and the token by who may use it.
    policy = (
        f"auth optional pam_ftp.so {args}\n"
        "auth optional pam_echo.so [%u] [%U] [%H]\n"
        "auth required pam_stress.so use_first_pass\n"
    )
    items = ((Item.RUSER, "before"), (Item.RHOST, "before"))
    return Case(policy, ASK if calls is ASK else ALL, user=user, answers=answers, items=items)


def _drawn(number: int) -> Case:
    draw = random.Random(number)
    args = " ".join(draw.sample(_OPTIONS, draw.randrange(4)))
    user = draw.choice(_USERS)
    answers = [draw.choice(_ANSWERS) for _ in range(draw.choice((0, 1, 1, 1)))]
    if user is None and draw.random() < 0.9:
        answers.insert(0, draw.choice(_USERS[:-1]) or "")
    return _case(args, user, *answers)


def test_everybody_is_asked_and_let_in_as_in_c() -> None:
    cases = {str(number): _drawn(number) for number in range(_CASES)}
    cases["the manual's word"] = _case("ftp=alice,bob", "bob", "me@far")
    cases["alone"] = Case("auth required pam_ftp.so\n", ASK, user="ftp", answers=("me@far",))
    cases["refused"] = Case("auth required pam_ftp.so\n", (*ASK, ("setcred", 0)), answers=("x",))
    assert_same(cases)


def test_what_is_different_on_purpose() -> None:
    line = "auth required pam_ftp.so"
    assert_same(
        {
            "a comma first": _case("users=,alice,bob", "bob", "me@far"),
            "no answer of a guest": Case(f"{line} ignore\n", ASK, user="ftp", answers=(None,)),
            "no answer": Case(f"{line}\n", ASK, user="bob", answers=(None,)),
        },
        different={
            "a comma first": "C makes the comma a part of the user's name",
            "no answer of a guest": "C takes it for an address; without `ignore` it crashes",
            "no answer": "C refuses with the code for a wrong password",
        },
    )
