"""pam_wheel: members of one group."""

from __future__ import annotations

from itertools import product

import pytest

from pamkit.module.world import Group, World
from pamkit.modules import pam_wheel
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item

_C = ReturnCode
_WHEEL = (Group("root", 0, ("bob",)), Group("wheel", 10, ("alice",)), Group("staff", 50, ("bob",)))
_ALICE, _BOB, _DORA = 1000, 1001, 1002


def _world(uid: int, groups: tuple[Group, ...] = _WHEEL, login_name: str = "") -> World:
    return memory_world(
        users=[
            account("root", 0),
            account("alice", _ALICE),
            account("bob", _BOB),
            account("dora", _DORA, gid=10),
        ],
        groups=groups,
        process=StandInProcess(uid=uid, euid=0, login_name=login_name, terminal="/dev/tty1"),
    )


def _answer(
    world: World, options: str = "", user: str = "root", items: dict[Item, str] | None = None
) -> ReturnCode:
    """Return what the module itself answers: ignore comes out as perm_denied, and that as die."""
    control = "[success=ok ignore=ignore perm_denied=ignore default=bad]"
    policy = f"auth {control} pam_wheel.so {options}\n"
    trial = Trial(policy, pam_wheel, world=world, user=user, items=items)
    code = trial.authenticate()
    if code != _C.PERM_DENIED:
        return code
    # Alone, ignore and perm_denied look the same from outside.
    control = control.replace("ignore=ignore", "ignore=ok")
    policy = f"auth {control} pam_wheel.so {options}\n"
    again = Trial(policy, pam_wheel, world=world, user=user, items=items).authenticate()
    return _C.PERM_DENIED if again == _C.PERM_DENIED else _C.IGNORE


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.removeprefix("pam_wheel(test:auth): ") for line in world.log.texts]


_YES, _NO, _NO_SAY = _C.SUCCESS, _C.PERM_DENIED, _C.IGNORE


@pytest.mark.parametrize(
    ("options", "member", "other"),
    [
        ("", _NO_SAY, _NO),
        ("trust", _YES, _NO),
        ("deny", _NO, _NO_SAY),
        ("deny trust", _NO, _YES),
        ("use_uid", _NO_SAY, _NO),
    ],
)
def test_members_and_others_are_told_apart(
    options: str, member: ReturnCode, other: ReturnCode
) -> None:
    assert _answer(_world(_ALICE), options) == member
    assert _answer(_world(_BOB), options) == other


def test_the_primary_group_counts() -> None:
    assert _answer(_world(_DORA), "trust") == _YES


class _Terse(MemoryAccounts):
    """Does not list the groups of users, as some sources do not."""

    def groups_of(self, name: str, gid: int | None = None) -> tuple[int, ...]:
        return ()


@pytest.mark.parametrize(("uid", "expected"), [(_DORA, _YES), (_ALICE, _YES), (_BOB, _NO)])
def test_primary_group_and_list_of_members_count_on_their_own(
    uid: int, expected: ReturnCode
) -> None:
    world = _world(uid)
    assert isinstance(world.accounts, MemoryAccounts)
    terse = _Terse(world.accounts.users.values(), world.accounts.groups.values())
    assert _answer(world.changed(accounts=terse), "trust") == expected


def test_another_group_can_be_named() -> None:
    assert _answer(_world(_BOB), "trust group=staff") == _YES
    assert _answer(_world(_ALICE), "trust group=staff") == _NO
    assert _answer(_world(_ALICE), "trust group=") == _YES


def test_without_a_wheel_the_group_with_number_0_counts() -> None:
    groups = tuple(group for group in _WHEEL if group.name != "wheel")
    assert _answer(_world(_BOB, groups), "trust") == _YES
    assert _answer(_world(_ALICE, groups), "trust") == _NO
    assert _answer(_world(0, groups), "trust") == _YES


@pytest.mark.parametrize("named", ["", "group=nowhere "])
def test_a_group_that_does_not_exist_has_no_members(named: str) -> None:
    assert _answer(_world(_ALICE, ()), f"{named}trust") == _C.AUTH_ERR
    assert _answer(_world(_ALICE, ()), f"{named}trust deny") == _NO_SAY


def test_groups_of_one_number_are_one_group() -> None:
    groups = (Group("wheel", 10, ()), Group("admins", 10, ("bob",)))
    assert _answer(_world(_BOB, groups), "trust") == _YES
    assert _answer(_world(_BOB, groups[::-1]), "trust") == _YES


def test_root_only_has_a_say_only_if_root_is_wanted() -> None:
    assert _answer(_world(_BOB), "root_only", user="dora") == _NO_SAY
    assert _answer(_world(_BOB), "root_only", user="root") == _NO


@pytest.mark.parametrize("options", ["trust", "trust use_uid"])
def test_cve_2003_0388_who_logged_in_on_the_terminal_does_not_gain_wheel(options: str) -> None:
    """The terminal's owner is a member; who runs the program on it is not, and stays out."""
    world = _world(_BOB, login_name="alice")
    assert _answer(world, options, items={Item.TTY: "tty1"}) == _NO


@pytest.mark.parametrize("options", ["trust", "trust use_uid"])
def test_cve_2003_0388_a_name_the_application_was_told_does_not_gain_wheel(options: str) -> None:
    assert _answer(_world(_BOB), options, items={Item.RUSER: "alice"}) == _NO


@pytest.mark.parametrize("login_name", ["root", "bob", ""])
def test_who_deny_is_meant_for_cannot_hide_behind_another_terminal(login_name: str) -> None:
    assert _answer(_world(_ALICE, login_name=login_name), "deny trust") == _NO


def test_a_stranger_is_unknown_and_a_process_of_nobody_an_error() -> None:
    world = _world(_ALICE)
    assert _answer(world, user="eve") == _C.USER_UNKNOWN
    assert _answer(_world(4242), "trust") == _C.SERVICE_ERR
    assert _log(world) == []


def test_who_gives_no_name_is_an_error() -> None:
    policy = "auth required pam_wheel.so trust\n"
    with Script(visible("login:", None)) as script:
        trial = Trial(policy, pam_wheel, world=_world(_ALICE), user=None, conversation=script)
        assert trial.authenticate() == _C.SERVICE_ERR


def test_a_broken_account_database_makes_nobody_a_member() -> None:
    for options in ("trust", "trust deny"):
        world = _world(_ALICE)
        assert isinstance(world.accounts, MemoryAccounts)
        world.accounts.failing = True
        assert _answer(world, options) == _C.SERVICE_ERR


@pytest.mark.parametrize(
    ("uid", "options", "line"),
    [
        (_ALICE, "", "Ignoring access request 'alice' for 'root'"),
        (_ALICE, "trust", "Access granted to 'alice' for 'root'"),
        (_BOB, "", "Access denied to 'bob' for 'root'"),
        (4242, "", "who is running me ?!"),
        (_BOB, "group=nowhere", "no members in 'nowhere' group"),
    ],
)
def test_debug_logs_as_c_does(uid: int, options: str, line: str) -> None:
    world = _world(uid)
    policy = f"auth required pam_wheel.so debug {options}\n"
    Trial(policy, pam_wheel, world=world, user="root").authenticate()
    assert _log(world) == [line]


def test_debug_names_the_group_0_and_strangers() -> None:
    world = _world(_BOB, ())
    for user in ("root", "eve"):
        Trial(
            "auth required pam_wheel.so debug\n", pam_wheel, world=world, user=user
        ).authenticate()
    assert _log(world) == ["no members in a GID 0 group", "unknown user eve"]


def test_setcred_always_succeeds() -> None:
    assert Trial("auth required pam_wheel.so\n", pam_wheel).setcred() == _YES


def test_the_table_of_answers_is_complete() -> None:
    seen = {
        _answer(_world(uid), " ".join(options))
        for uid, options in product((_ALICE, _BOB), (("deny",), ("trust",), ("deny", "trust"), ()))
    }
    assert seen == {_YES, _NO, _NO_SAY}
