"""pam_self of OpenPAM: only whoever runs the process becomes that user."""

from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.modules.openpam import pam_self
from pamkit.testing.accounts import account
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import error, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from tests.modules.families import answer

_C, _AUTH = ReturnCode, Primitive.AUTHENTICATE
_DIFFER = error("pam_self: pam_sm_authenticate: Refused; source and target users differ")


def _world(uid: int) -> World:
    return memory_world(
        users=[account("root", 0), account("alice", 1000), account("bob", 1001)],
        process=StandInProcess(uid=uid),
    )


@pytest.mark.parametrize(
    ("uid", "user", "options", "expected"),
    [
        (1000, "alice", "no_warn", _C.SUCCESS),
        (1000, "bob", "no_warn", _C.AUTH_ERR),
        (1000, "root", "no_warn", _C.AUTH_ERR),
        (1000, "nobody-at-all", "no_warn", _C.AUTH_ERR),
        (0, "root", "no_warn", _C.AUTH_ERR),
        (0, "root", "no_warn allow_root", _C.SUCCESS),
        (0, "alice", "no_warn allow_root", _C.AUTH_ERR),
        (1000, "root", "no_warn allow_root", _C.AUTH_ERR),
    ],
)
def test_users_become_themselves_and_nobody_else(
    uid: int, user: str, options: str, expected: ReturnCode
) -> None:
    assert answer(pam_self, _AUTH, options, world=_world(uid), user=user) == expected


def test_who_is_refused_is_told_why() -> None:
    assert answer(pam_self, _AUTH, "", _DIFFER, world=_world(1000), user="bob") == _C.AUTH_ERR


def test_who_is_not_named_is_asked_in_the_words_of_the_line() -> None:
    asked = visible("Who? ", "alice")
    options = "[user_prompt=Who? ]"
    assert answer(pam_self, _AUTH, options, asked, world=_world(1000), user=None) == _C.SUCCESS


def test_there_are_no_credentials_to_set() -> None:
    assert answer(pam_self, Primitive.SETCRED) == _C.SUCCESS
