"""pam_wheel beside Debian's own, which asks the kernel who it is as well."""

from __future__ import annotations

import os
import random

from pamkit.vocab.item import Item
from tests.oracle.stage import STAGE, Case, assert_same, stack

pytestmark = STAGE

# What pamkit's dispatcher says of words it does not know, and libpam of empty answers.
_OURS_ALONE = ("`suppress`",)
_C_ALONE = ("unexpected response from failed conversation function",)

_CASES = 120 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_BOTH = (("authenticate", 0), ("setcred", 0), ("acct_mgmt", 0))

_WORDS = (
    *("debug", "debug", "use_uid", "trust", "deny", "root_only", "nonsense", "group="),
    *("group=wheel", "group=staff", "group=nowhere", "group=users", "group=twin", "group=alice"),
)
_GROUPS = (
    "root:x:0:\nwheel:x:10:root,alice\nstaff:x:50:bob,carol\nusers:x:100:bob\nalice:x:1000:\n",
    "root:x:0:alice\nstaff:x:50:bob\nusers:x:100:\n",  # no wheel
    "staff:x:50:bob\n",  # neither wheel nor 0
    "twin:x:10:bob\nwheel:x:10:alice\nalice:x:1000:\n",  # one number, two names
    "",
)


def _case(chance: random.Random) -> Case:
    options = " ".join(chance.choice(_WORDS) for _ in range(chance.randint(0, 4)))
    # Alone, a module that ignores is refused like one that refuses; behind a yes it is not.
    above = chance.choice(("", stack("pam_permit")))
    items = ((Item.RUSER, chance.choice(("alice", "root"))),) if chance.random() < 0.3 else ()
    return Case(
        above + stack("pam_wheel", options),
        _BOTH,
        user=chance.choice(("root", "root", "alice", "bob", "eve", "", None)),
        answers=chance.choice(((), ("root",), (None,))),
        items=items,
        files=(("/etc/group", chance.choice(_GROUPS)),),
        uid=chance.choice((0, 1000, 1001, 1002, 4242)),
        terminal=chance.random() < 0.2,
    )


def test_wheel_answers_as_the_module_in_c() -> None:
    chance = random.Random(5)
    assert_same(
        {f"{number}": _case(chance) for number in range(_CASES)},
        unsaid=_OURS_ALONE,
        only_in_c=_C_ALONE,
    )
