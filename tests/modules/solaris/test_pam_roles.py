"""pam_roles: who may take a role."""

from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.modules.solaris import pam_roles
from pamkit.testing.accounts import account
from pamkit.testing.files import MemoryFiles
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, error
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from tests.modules.families import NO_SAY, answer, log_of

_C, _ACCOUNT = ReturnCode, Primitive.ACCT_MGMT
_TABLE = """\
# roles
operator::::type=role;profiles=Media
alice::::roles=backup,operator;type=normal
root::::roles=operator
bob::::roles=oper
"""
_TOLD = error("Roles can only be assumed by authorized users")


def _world(uid: int, table: str | OSError | None = _TABLE) -> World:
    users = [account("root", 0), account("alice", 1000), account("bob", 1001)]
    return memory_world(
        users=[*users, account("operator", 1002), account("masked", 1002)],
        files={} if table is None else {"/etc/user_attr": table},
        process=StandInProcess(uid=uid),
    )


@pytest.mark.parametrize(
    ("uid", "user", "options", "lines", "rhost", "expected"),
    [
        (1000, "operator", "", (), "", NO_SAY),
        (1001, "operator", "", (_TOLD,), "", _C.PERM_DENIED),
        (0, "operator", "", (_TOLD,), "", _C.PERM_DENIED),  # root may take none
        (1002, "operator", "", (_TOLD,), "", _C.PERM_DENIED),
        (1000, "operator", "", (), "far", _C.PERM_DENIED),
        (1000, "operator", "allow_remote", (), "far", NO_SAY),
        (0, "operator", "allow_remote", (_TOLD,), "far", _C.PERM_DENIED),
        (0, "alice", "", (), "", NO_SAY),
        (0, "root", "", (), "far", NO_SAY),
        (1000, "eve", "", (), "", _C.USER_UNKNOWN),
        (4242, "operator", "", (), "", _C.USER_UNKNOWN),
        (1000, "masked", "", (_TOLD,), "", _C.PERM_DENIED),
    ],
)
def test_only_who_may_take_a_role_becomes_it(
    uid: int, user: str, options: str, lines: tuple[Line, ...], rhost: str, expected: ReturnCode
) -> None:
    items: dict[Item, str] = {Item.RHOST: rhost} if rhost else {}
    code = answer(pam_roles, _ACCOUNT, options, *lines, world=_world(uid), user=user, items=items)
    assert code == expected


@pytest.mark.parametrize(
    ("auser", "uid", "lines", "expected"),
    [
        ("alice", 0, (), NO_SAY),  # a daemon of root's says whom it has authenticated
        ("alice", 1001, (), NO_SAY),
        ("bob", 1000, (_TOLD,), _C.PERM_DENIED),
        ("nobody", 1000, (_TOLD,), _C.PERM_DENIED),
        ("", 1000, (), NO_SAY),
        ("", 0, (_TOLD,), _C.PERM_DENIED),
    ],
)
def test_who_was_authenticated_goes_before_who_runs_the_process(
    auser: str, uid: int, lines: tuple[Line, ...], expected: ReturnCode
) -> None:
    texts = {Item.AUSER: auser}
    code = answer(pam_roles, _ACCOUNT, "", *lines, world=_world(uid), user="operator", texts=texts)
    assert code == expected


def test_a_second_name_of_a_role_is_logged() -> None:
    world = _world(1000)
    answer(pam_roles, _ACCOUNT, "nonsense", _TOLD, world=world, user="masked")
    assert log_of(world) == [
        "pam_sm_acct_mgmt: illegal module option nonsense",
        "user name masked maps to user id 1002 which is user name operator",
    ]


def test_without_a_table_there_are_no_roles_and_one_that_cannot_be_read_is_an_error() -> None:
    assert answer(pam_roles, _ACCOUNT, world=_world(0, None), user="operator") == NO_SAY
    world = _world(0, PermissionError(13, "Permission denied"))
    assert answer(pam_roles, _ACCOUNT, world=world, user="operator") == _C.SERVICE_ERR


def test_roles_stand_in_the_parts_of_the_table_as_well() -> None:
    world = memory_world(
        users=[account("root", 0), account("alice", 1000), account("operator", 1002)],
        files={
            "/etc/user_attr.d/.old": "alice::::roles=operator\n",
            "/etc/user_attr.d/base": "operator::::type=role\nalice::::roles=backup\n",
            "/etc/user_attr.d/more": "alice::::roles=operator\noperator::::type=normal\n",
        },
        process=StandInProcess(uid=1000),
    )
    assert answer(pam_roles, _ACCOUNT, "", _TOLD, world=world, user="operator") == _C.PERM_DENIED
    files = world.files
    assert isinstance(files, MemoryFiles)
    files.files["/etc/user_attr"] = b"alice::::roles=operator\n"
    assert answer(pam_roles, _ACCOUNT, world=world, user="operator") == NO_SAY
    files.files["/etc/user_attr.d/bad"] = PermissionError(13, "Permission denied")
    assert answer(pam_roles, _ACCOUNT, world=world, user="alice") == _C.SERVICE_ERR


def test_who_it_is_must_be_known() -> None:
    assert answer(pam_roles, _ACCOUNT, world=_world(0), user=None) == _C.USER_UNKNOWN
