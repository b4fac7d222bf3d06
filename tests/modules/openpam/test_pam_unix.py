"""pam_unix of OpenPAM: passwords checked, aged and changed."""

from __future__ import annotations

import pytest

from pamkit.module.world import Shadow, World
from pamkit.modules.openpam import pam_unix
from pamkit.testing.accounts import account
from pamkit.testing.credentials import MemoryCredentials
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, error, hidden, info
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret
from tests.modules.families import answer, trial
from tests.modules.unix_world import NOW, TODAY, shadow

_C, _P = ReturnCode, Primitive
_REFUSED = error("pam_unix: pam_sm_authenticate: UNIX authentication refused")


def _world(*entries: Shadow, uid: int = 0) -> World:
    users = [account("alice", 1000), account("bob", 1001), account("root", 0)]
    return memory_world(users=users, shadows=entries, now=NOW, process=StandInProcess(uid=uid))


def _asked(text: str) -> Line:
    return hidden("Password:", Secret(text))


_BLANK = shadow("alice", None)


@pytest.mark.parametrize(
    ("entry", "options", "lines", "flags", "expected"),
    [
        (shadow("alice"), "", (_asked("secret"),), 0, _C.SUCCESS),
        (shadow("alice"), "", (_asked("Secret"), _REFUSED), 0, _C.AUTH_ERR),
        (shadow("alice"), "", (_asked(""), _REFUSED), 0, _C.AUTH_ERR),
        (shadow("alice"), "no_warn", (_asked("wrong"),), 0, _C.AUTH_ERR),
        (_BLANK, "no_warn", (_asked(""),), 0, _C.AUTH_ERR),
        (_BLANK, "nullok", (), 0, _C.SUCCESS),
        (_BLANK, "nullok no_warn", (_asked(""),), Flag.DISALLOW_NULL_AUTHTOK, _C.AUTH_ERR),
        (shadow("alice"), "nullok no_warn", (_asked(""),), 0, _C.AUTH_ERR),
        (Shadow("alice", Secret("*LOCKED*x")), "no_warn", (_asked("x"),), 0, _C.AUTH_ERR),
    ],
)
def test_the_password_is_asked_for_and_compared(
    entry: Shadow, options: str, lines: tuple[Line, ...], flags: int, expected: ReturnCode
) -> None:
    code = answer(pam_unix, _P.AUTHENTICATE, options, *lines, flags=flags, world=_world(entry))
    assert code == expected


def test_a_stranger_is_asked_as_well_and_refused_alike() -> None:
    lines = (_asked("secret"), _REFUSED)
    code = answer(
        pam_unix, _P.AUTHENTICATE, "nullok", *lines, world=_world(shadow("alice")), user="eve"
    )
    assert code == _C.AUTH_ERR


def test_a_password_that_is_there_is_taken_only_if_the_line_says_so() -> None:
    world, tokens = _world(shadow("alice")), {Item.AUTHTOK: "secret"}
    for options in ("try_first_pass", "use_first_pass"):
        code = answer(pam_unix, _P.AUTHENTICATE, options, world=world, tokens={**tokens})
        assert code == _C.SUCCESS
    asked = _asked("wrong")
    code = answer(pam_unix, _P.AUTHENTICATE, "no_warn", asked, world=world, tokens={**tokens})
    assert code == _C.AUTH_ERR
    assert answer(pam_unix, _P.AUTHENTICATE, "use_first_pass", world=world) == _C.AUTH_ERR


def test_users_can_be_asked_for_their_own_password() -> None:
    entries = (shadow("alice", "hers"), shadow("bob", "his"))
    for typed, expected in (("his", _C.SUCCESS), ("hers", _C.AUTH_ERR)):
        code = answer(
            pam_unix,
            _P.AUTHENTICATE,
            "auth_as_self no_warn",
            _asked(typed),
            world=_world(*entries, uid=1001).changed(credentials=MemoryCredentials(entries)),
        )
        assert code == expected
    code = answer(
        pam_unix,
        _P.AUTHENTICATE,
        "auth_as_self no_warn nullok",
        _asked("his"),
        world=_world(*entries, uid=4242),
    )
    assert code == _C.AUTH_ERR  # a process of nobody's


@pytest.mark.parametrize(
    ("entry", "flags", "expected"),
    [
        (shadow("alice"), 0, _C.SUCCESS),
        (shadow("alice", expires=TODAY - 1), 0, _C.ACCT_EXPIRED),
        (shadow("alice", last_change=0), 0, _C.NEW_AUTHTOK_REQD),
        (shadow("alice", max_days=5), 0, _C.NEW_AUTHTOK_REQD),
        (shadow("alice", min_days=20), 0, _C.SUCCESS),
        (_BLANK, 0, _C.SUCCESS),
        (_BLANK, Flag.DISALLOW_NULL_AUTHTOK, _C.NEW_AUTHTOK_REQD),
        (Shadow("alice", Secret("*LOCKED*$x$y")), 0, _C.AUTH_ERR),
        (shadow("bob"), 0, _C.AUTHINFO_UNAVAIL),  # nothing is on record of alice
    ],
)
def test_accounts_that_have_ended_are_refused(
    entry: Shadow, flags: int, expected: ReturnCode
) -> None:
    assert answer(pam_unix, _P.ACCT_MGMT, flags=flags, world=_world(entry)) == expected


def test_an_account_that_is_not_there_is_an_error() -> None:
    assert answer(pam_unix, _P.ACCT_MGMT, world=_world(), user="eve") == _C.SERVICE_ERR
    assert answer(pam_unix, _P.ACCT_MGMT, world=_world(), user=None) == _C.SERVICE_ERR


def _change(world: World, options: str, *lines: Line, earlier: str = "") -> ReturnCode:
    tokens: dict[Item, str | bytes] = {Item.AUTHTOK: earlier} if earlier else {}
    made, script = trial(pam_unix, _P.CHAUTHTOK, options, *lines, world=world, tokens=tokens)
    code = made.chauthtok()
    script.assert_used_up()
    return code


def _is_stored(world: World, password: str) -> bool:
    entry = world.credentials.shadow("alice")
    assert entry is not None
    return entry.hashed.expose().decode().endswith(password.encode().hex()[::-1])


_NEW = "Another-9-secret"
_TWICE = (
    hidden("New Password:", Secret(_NEW)),
    hidden("Retype New Password:", Secret(_NEW)),
)
_CHANGING = info("Changing password for alice.")


def test_a_user_gives_the_old_password_and_a_new_one_twice() -> None:
    world = _world(shadow("alice"), uid=1000)
    old = hidden("Old Password:", Secret("secret"))
    assert _change(world, "no_warn try_first_pass", _CHANGING, old, *_TWICE) == _C.SUCCESS
    assert _is_stored(world, _NEW)


def test_a_wrong_old_password_changes_nothing() -> None:
    world = _world(shadow("alice"), uid=1000)
    old = hidden("Old Password:", Secret("wrong"))
    assert _change(world, "no_warn", _CHANGING, old) == _C.AUTH_ERR
    assert _is_stored(world, "secret")


def test_root_is_not_asked_for_the_old_password() -> None:
    world = _world(shadow("alice"))
    assert _change(world, "no_warn", *_TWICE) == _C.SUCCESS
    assert _is_stored(world, _NEW)


def test_a_new_password_that_is_there_is_taken_only_if_the_line_says_so() -> None:
    world = _world(shadow("alice"))
    assert _change(world, "use_first_pass", earlier="Earlier-8-secret") == _C.SUCCESS
    assert _is_stored(world, "Earlier-8-secret")
    assert _change(world, "", *_TWICE, earlier="Earlier-7-secret") == _C.SUCCESS
    assert _is_stored(world, _NEW)


def test_strangers_have_no_password_to_change() -> None:
    made, _ = trial(pam_unix, _P.CHAUTHTOK, world=_world(shadow("alice")), user="eve")
    assert made.chauthtok() == _C.AUTH_ERR


def test_sessions_and_credentials_need_nothing() -> None:
    rest = (_P.SETCRED, _P.OPEN_SESSION, _P.CLOSE_SESSION)
    assert {answer(pam_unix, primitive) for primitive in rest} == {_C.SUCCESS}
