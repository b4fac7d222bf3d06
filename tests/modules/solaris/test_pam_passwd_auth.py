"""pam_passwd_auth: who may change a password, and proves to be who they are."""

from __future__ import annotations

import pytest

from pamkit.module.world import Shadow
from pamkit.modules.solaris import pam_passwd_auth
from pamkit.testing.script import Line, error, hidden, visible
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret
from tests.modules.families import NO_SAY, answer, trial
from tests.modules.solaris.solaris_world import shadow, world_of

_C, _P = ReturnCode, Primitive


def _asked(text: str) -> Line:
    return hidden("Enter existing login password: ", Secret(text))


_YOUNG = error("test: Sorry: less than 30 days since the last change.")
_NEVER = error("test: You may not change this password.")


@pytest.mark.parametrize(
    ("entry", "uid", "user", "lines", "expected"),
    [
        (shadow("alice"), 1000, "alice", (_asked("secret"),), _C.SUCCESS),
        (shadow("alice"), 1000, "alice", (_asked("wrong"),), _C.AUTH_ERR),
        (shadow("alice"), 1000, "alice", (_asked(""),), _C.AUTH_ERR),
        (shadow("alice", None), 1000, "alice", (_asked(""),), _C.SUCCESS),
        (shadow("alice"), 0, "alice", (), _C.SUCCESS),
        (shadow("alice"), 1001, "alice", (), _C.PERM_DENIED),
        (shadow("alice"), 0, "eve", (), _C.USER_UNKNOWN),
        (shadow("alice"), 0, "", (), _C.SYSTEM_ERR),
        (shadow("bob"), 1000, "alice", (_asked("secret"),), _C.SYSTEM_ERR),
        (
            shadow("alice", min_days=30, max_days=90),
            1000,
            "alice",
            (_asked("secret"), _YOUNG),
            _C.PERM_DENIED,
        ),
        (
            shadow("alice", min_days=9, max_days=8),
            1000,
            "alice",
            (_asked("secret"), _NEVER),
            _C.PERM_DENIED,
        ),
        (shadow("alice", min_days=30), 1000, "alice", (_asked("secret"),), _C.SUCCESS),
        (
            shadow("alice", min_days=30, max_days=90, last_change=0),
            1000,
            "alice",
            (_asked("secret"),),
            _C.SUCCESS,
        ),
    ],
)
def test_users_prove_that_it_is_their_own(
    entry: Shadow, uid: int, user: str, lines: tuple[Line, ...], expected: ReturnCode
) -> None:
    world = world_of(entry, uid=uid)
    assert answer(pam_passwd_auth, _P.AUTHENTICATE, "", *lines, world=world, user=user) == expected


def test_nowarn_keeps_silent() -> None:
    world = world_of(shadow("alice", min_days=30, max_days=90), uid=1000)
    code = answer(pam_passwd_auth, _P.AUTHENTICATE, "nowarn", _asked("secret"), world=world)
    assert code == _C.PERM_DENIED


def test_a_password_that_is_there_is_not_asked_for_again() -> None:
    tokens: dict[Item, str | bytes] = {Item.AUTHTOK: "secret"}
    world = world_of(shadow("alice"), uid=1000)
    assert answer(pam_passwd_auth, _P.AUTHENTICATE, world=world, tokens=tokens) == _C.SUCCESS


def test_a_password_that_is_there_does_not_open_the_account_of_another() -> None:
    world = world_of(shadow("alice"), uid=1001)
    tokens: dict[Item, str | bytes] = {Item.AUTHTOK: "secret"}
    code = answer(pam_passwd_auth, _P.AUTHENTICATE, world=world, tokens=tokens)
    assert code == _C.PERM_DENIED


def test_a_name_is_asked_for() -> None:
    lines = (visible("login:", "alice"), _asked("secret"))
    made, script = trial(
        pam_passwd_auth,
        _P.AUTHENTICATE,
        "",
        *lines,
        world=world_of(shadow("alice"), uid=1000),
        user=None,
    )
    assert made.authenticate() == _C.SUCCESS
    script.assert_used_up()


def test_users_of_other_services_can_be_left_to_those() -> None:
    world = world_of(uid=2000)
    code = answer(pam_passwd_auth, _P.AUTHENTICATE, "server_policy", world=world, user="far")
    assert code == NO_SAY


def test_setcred_has_no_say() -> None:
    assert answer(pam_passwd_auth, _P.SETCRED) == NO_SAY
