"""pam_authtok_get: it asks once, and judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pamkit.module.declaration import declare
from pamkit.module.registry import Module
from pamkit.modules.solaris import pam_authtok_get
from pamkit.testing.policies import Trial
from pamkit.testing.script import error, hidden, visible
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret
from tests.modules.families import NO_SAY, answer, log_of, trial
from tests.modules.solaris.solaris_world import shadow, world_of

if TYPE_CHECKING:
    from pamkit.module.call import Hook

_C, _P = ReturnCode, Primitive
_ASKED = hidden("Password: ", Secret("anything"))
_NEW, _AGAIN = (
    hidden("New Password: ", Secret("new-1-secret")),
    hidden("Re-enter new Password: ", Secret("new-1-secret")),
)


@pytest.mark.parametrize("user", ["alice", "eve"])
def test_a_password_is_asked_for_and_kept(user: str) -> None:
    made, script = trial(
        pam_authtok_get, _P.AUTHENTICATE, "", _ASKED, world=world_of(shadow("alice")), user=user
    )
    assert made.authenticate() == NO_SAY
    script.assert_used_up()


def test_one_that_is_there_is_not_asked_for_again() -> None:
    code = answer(pam_authtok_get, _P.AUTHENTICATE, tokens={Item.AUTHTOK: "secret"})
    assert code == NO_SAY


def test_users_without_a_password_are_not_asked_unless_that_is_forbidden() -> None:
    world = world_of(shadow("alice", None))
    assert answer(pam_authtok_get, _P.AUTHENTICATE, world=world) == NO_SAY
    flags = Flag.DISALLOW_NULL_AUTHTOK
    code = answer(pam_authtok_get, _P.AUTHENTICATE, "", _ASKED, flags=flags, world=world)
    assert code == _C.AUTH_ERR
    line = "test: empty password not allowed for alice from localhost."
    assert log_of(world) == [line]


def test_a_name_is_asked_for_and_must_not_be_empty() -> None:
    asked = visible("login:", "alice")
    code = answer(pam_authtok_get, _P.AUTHENTICATE, "", asked, _ASKED, world=world_of(), user=None)
    assert code == NO_SAY
    assert answer(pam_authtok_get, _P.AUTHENTICATE, user="") == _C.SYSTEM_ERR


def test_who_hangs_up_is_refused() -> None:
    asked = hidden("Password: ", None)
    assert answer(pam_authtok_get, _P.AUTHENTICATE, "", asked, world=world_of()) == _C.AUTHTOK_ERR


def test_setcred_has_no_say() -> None:
    assert answer(pam_authtok_get, _P.SETCRED) == NO_SAY


def test_a_change_asks_for_the_new_password_and_then_again() -> None:
    lines = (_NEW, _AGAIN)
    made, script = trial(pam_authtok_get, _P.CHAUTHTOK, "", *lines, world=world_of(), goes_on=True)
    assert made.chauthtok() == _C.SUCCESS
    script.assert_used_up()


def test_two_that_differ_are_no_password() -> None:
    wrong = hidden("Re-enter new Password: ", Secret("new-2-secret"))
    lines = (_NEW, wrong, error("test: They don't match."))
    code = answer(pam_authtok_get, _P.CHAUTHTOK, "", *lines, world=world_of(), goes_on=True)
    assert code == _C.AUTHTOK_ERR


@pytest.mark.parametrize(("again", "expected"), [(None, _C.CONV_ERR), (Secret(""), _C.AUTHTOK_ERR)])
def test_no_answer_is_no_password(again: Secret | None, expected: ReturnCode) -> None:
    lines = [_NEW, hidden("Re-enter new Password: ", again)]
    lines += [error("test: They don't match.")] * (again is not None)
    code = answer(pam_authtok_get, _P.CHAUTHTOK, "", *lines, world=world_of(), goes_on=True)
    assert code == expected


def test_who_gives_no_new_password_keeps_none_on_the_handle() -> None:
    lines = (hidden("New Password: ", None), error("Password change has been aborted."))
    tokens: dict[Item, str | bytes] = {Item.AUTHTOK: "secret"}
    code = answer(pam_authtok_get, _P.CHAUTHTOK, "", *lines, tokens=tokens, goes_on=True)
    assert code == _C.AUTHTOK_ERR


def test_what_a_module_before_has_asked_for_is_only_confirmed() -> None:
    tokens: dict[Item, str | bytes] = {Item.OLDAUTHTOK: "secret", Item.AUTHTOK: "new-1-secret"}
    code = answer(pam_authtok_get, _P.CHAUTHTOK, "", _AGAIN, tokens=tokens, goes_on=True)
    assert code == _C.SUCCESS


def test_without_a_new_password_there_is_nothing_to_confirm() -> None:
    """As if the first pass had never asked: the walk of it ended before this module."""
    policy = "password sufficient pam_first.so\npassword required pam_authtok_get.so\n"
    answers = iter((_C.SUCCESS, _C.IGNORE))
    hooks: dict[Primitive, Hook] = {_P.CHAUTHTOK: lambda _: next(answers)}
    said = declare("pam_first", answers={_P.CHAUTHTOK: "success ignore"}, examples=())
    trial_of_two = Trial(
        policy,
        Module("pam_first", said, hooks),
        pam_authtok_get,
        world=world_of(),
        quirks=frozenset({"update-unchecked"}),
    )
    assert trial_of_two.chauthtok() == _C.AUTHTOK_ERR
