"""pam_group of OpenPAM: who is in the group passes, or is kept out."""

from __future__ import annotations

import pytest

from pamkit.module.world import Group, World
from pamkit.modules.openpam import pam_group
from pamkit.testing.accounts import account
from pamkit.testing.script import visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from tests.modules.families import NO_SAY, answer, log_of

_C, _P = ReturnCode, Primitive
_GROUPS = (Group("wheel", 10, ("alice",)), Group("empty", 20, ()), Group("staff", 30, ("bob",)))
_YES, _NO = _C.SUCCESS, _C.AUTH_ERR


def _world() -> World:
    users = [account("root", 0), account("alice", 1000), account("bob", 1001)]
    return memory_world(
        users=[*users, account("dora", 1002, gid=10), account("carol", 1003, gid=20)],
        groups=_GROUPS,
    )


def _asked_by(person: str | None, options: str, user: str | None = "root") -> ReturnCode:
    items = None if person is None else {Item.RUSER: person}
    return answer(
        pam_group, _P.AUTHENTICATE, options, world=_world(), user=user, items={**(items or {})}
    )


@pytest.mark.parametrize(
    ("person", "options", "expected"),
    [
        ("alice", "ruser", _YES),
        ("dora", "ruser", _YES),  # by the primary group
        ("bob", "ruser", _NO),
        ("alice", "ruser deny", _NO),
        ("bob", "ruser deny", _YES),
        ("bob", "ruser group=staff", _YES),
        ("bob", "ruser group=nowhere", _NO),
        ("bob", "ruser group=nowhere deny", _YES),
        ("bob", "ruser group=nowhere fail_safe", _YES),
        ("bob", "ruser group=nowhere fail_safe deny", _NO),
        ("bob", "ruser group=empty", _NO),
        ("bob", "ruser group=empty fail_safe", _YES),
        ("carol", "ruser group=empty", _YES),
        ("bob", "ruser fail_safe", _NO),  # the group is there, and has somebody
        ("eve", "ruser", _NO),
        ("eve", "ruser deny", _NO),
        (None, "ruser", _NO),
        (None, "ruser deny fail_safe", _NO),
        ("alice", "ruser luser", _C.SERVICE_ERR),
    ],
)
def test_members_and_others_are_told_apart(
    person: str | None, options: str, expected: ReturnCode
) -> None:
    assert _asked_by(person, options) == expected


def test_the_account_asked_for_can_be_judged_instead() -> None:
    assert _asked_by("bob", "luser", user="alice") == _YES
    assert _asked_by("alice", "luser", user="bob") == _NO
    assert _asked_by(None, "luser", user="eve") == _NO


def test_root_only_has_no_say_over_others() -> None:
    assert _asked_by("bob", "ruser root_only", user="alice") == NO_SAY
    assert _asked_by("bob", "ruser root_only", user="root") == _NO


def test_who_does_not_say_whom_to_judge_is_warned() -> None:
    world = _world()
    items: dict[Item, str] = {Item.RUSER: "alice"}
    code = answer(pam_group, _P.ACCT_MGMT, "", world=world, user="root", items={**items})
    assert code == _YES
    assert log_of(world) == ["(pam_group) neither luser nor ruser specified, assuming ruser"]


def test_who_gives_no_name_is_refused() -> None:
    asked = visible("Login:", None)
    code = answer(pam_group, _P.AUTHENTICATE, "luser deny", asked, world=_world(), user=None)
    assert code == _NO


def test_there_are_no_credentials_to_set() -> None:
    assert answer(pam_group, _P.SETCRED) == _YES
