"""pam_login_access: the first line that fits decides."""

from __future__ import annotations

import pytest

from pamkit.module.world import Group, World
from pamkit.modules.openpam import pam_login_access
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import error
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from tests.modules.families import NO_SAY, answer, log_of

_C, _ACCOUNT = ReturnCode, Primitive.ACCT_MGMT
_YES, _NO = _C.SUCCESS, _C.AUTH_ERR
_TABLE = "/etc/login.access"


def _world(table: str | OSError | None) -> World:
    world = memory_world(
        users=[account("alice"), account("bob", gid=10)],
        groups=[Group("wheel", 10, ("Alice",))],
        files={} if table is None else {_TABLE: table},
    )
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.netgroups |= {("people", None, "alice"), ("hosts", "far.example", None)}
    return world


def _ask(table: str, options: str = "no_warn", user: str = "alice", **items: str) -> ReturnCode:
    given = {Item[name.upper()]: value for name, value in items.items()}
    given = given or {Item.RHOST: "far.example"}
    return answer(
        pam_login_access, _ACCOUNT, options, world=_world(table), user=user, items={**given}
    )


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", _YES),
        ("-:ALL:ALL\n", _NO),
        ("+:alice:ALL\n-:ALL:ALL\n", _YES),
        ("+:ALICE:ALL\n-:ALL:ALL\n", _YES),  # C: capital and small letters are the same
        ("+:bob:ALL\n-:ALL:ALL\n", _NO),
        ("-:ALL EXCEPT alice:ALL\n", _YES),
        ("-:ALL except bob:ALL\n", _NO),
        ("-:ALL EXCEPT bob EXCEPT bob:ALL\n", _NO),
        ("-:ALL EXCEPT alice EXCEPT alice:ALL\n", _NO),
        ("-:alice:far.example\n", _NO),
        ("-:alice:.example\n", _NO),
        ("-:alice:.other.example\n", _YES),
        ("-:alice:LOCAL\n", _YES),
        ("-:ALL EXCEPT wheel:ALL\n", _YES),
        ("-:ALL EXCEPT (wheel):ALL\n", _YES),
        ("-:@people:ALL\n", _NO),
        ("-:ALL:@hosts\n", _NO),
        ("-:ALL:@people\n", _YES),
        ("# -:ALL:ALL\n\n", _YES),
        ("\ufeff-:ALL:ALL\n", _NO),
        ("-:ALL:ALL", _NO),  # without a newline: what denies is heeded
        ("-:ALL:ALL:more\n", _YES),  # a bad line is passed over
        ("-:ALL\n", _YES),
        ("?:ALL:ALL\n-:alice:ALL\n", _NO),
        ("-,:alice:ALL\n", _NO),
    ],
)
def test_the_first_line_that_fits_decides(table: str, expected: ReturnCode) -> None:
    assert _ask(table) == expected


@pytest.mark.parametrize(
    ("token", "items", "fits"),
    [
        ("192.0.2.", {"rhost": "192.0.2.7"}, True),
        ("192.0.2.", {"rhost": "192.0.20.7"}, False),
        ("192.0.2", {"rhost": "192.0.2.7"}, False),
        ("ttyv0", {"tty": "ttyv0"}, True),
        ("ttyv0", {"tty": "ttyv1"}, False),
        ("LOCAL", {"tty": "ttyv1"}, True),
        ("LOCAL", {"rhost": "near", "tty": "x.y"}, True),
        ("ttyv0", {"rhost": "far.example", "tty": "ttyv0"}, False),
        ("LOCAL", {"rhost": "2001:db8::7"}, False),
        ("LOCAL", {"rhost": "fe80::1%eth0"}, False),
        ("LOCAL", {"rhost": "::1"}, False),
        ("LOCAL", {"tty": ":0"}, True),
        ("192.0.2.", {"rhost": "192.0.2.far.example"}, False),
        ("far.", {"rhost": "far.example"}, True),
        ("192.0.2.", {"rhost": "::ffff:192.0.2.7"}, True),
        ("192.0.2.7", {"rhost": "::FFFF:192.0.2.7"}, True),
        ("192.0.2.7", {"rhost": "::ffff:192.0.2.7.far"}, False),
        ("LOCAL", {"rhost": "::ffff:7"}, False),
    ],
)
def test_origins(token: str, items: dict[str, str], fits: bool) -> None:
    assert _ask(f"-:ALL:{token}\n", **items) == (_NO if fits else _YES)


@pytest.mark.parametrize(("here", "asked"), [("nis.example", "nis.example"), ("", None)])
@pytest.mark.parametrize("table", ["-:@people:ALL\n", "-:ALL:@hosts\n"])
def test_a_netgroup_is_one_of_the_domain_of_this_machine(
    here: str, asked: str | None, table: str
) -> None:
    world = _world(table).changed(process=StandInProcess(domain_name=here))
    assert isinstance(world.accounts, MemoryAccounts)
    items: dict[Item, str] = {Item.RHOST: "far.example"}
    code = answer(pam_login_access, _ACCOUNT, "no_warn", world=world, items={**items})
    assert (code, world.accounts.domain) == (_NO, asked)


def test_the_primary_group_does_not_count() -> None:
    assert _ask("-:wheel:ALL\n", user="bob") == _YES


def test_only_brackets_make_a_group_where_the_line_says_so() -> None:
    assert _ask("-:wheel:ALL\n", "no_warn nodefgroup") == _YES
    assert _ask("-:(wheel):ALL\n", "no_warn nodefgroup") == _NO


def test_other_separators() -> None:
    assert _ask("-;x|alice;ALL\n", "no_warn fieldsep=; listsep=|") == _NO


def test_another_table() -> None:
    world = _world(None)
    code = answer(
        pam_login_access,
        _ACCOUNT,
        "accessfile=/etc/own",
        error("pam_login_access: pam_sm_acct_mgmt: alice is not allowed to log in on ttyv0"),
        world=world.changed(files=type(world.files)({"/etc/own": "-:ALL:ALL\n"})),  # type: ignore[call-arg]  # of memory
        items={Item.TTY: "ttyv0"},
    )
    assert code == _NO


def test_without_a_table_all_may_log_in_and_with_one_that_cannot_be_read_nobody() -> None:
    assert answer(pam_login_access, _ACCOUNT, world=_world(None), items={Item.RHOST: "far"}) == _YES
    world = _world(PermissionError(13, "Permission denied"))
    code = answer(pam_login_access, _ACCOUNT, world=world, items={Item.RHOST: "far"})
    assert code == _C.SERVICE_ERR
    assert log_of(world) == ["cannot open /etc/login.access: Permission denied"]


def test_where_somebody_is_from_must_be_known() -> None:
    told = error("pam_login_access: pam_sm_acct_mgmt: PAM_RHOST or PAM_TTY required")
    code = answer(pam_login_access, _ACCOUNT, "", told, world=_world(""))
    assert code == _C.AUTHINFO_UNAVAIL


def test_who_it_is_must_be_known() -> None:
    items: dict[Item, str] = {Item.RHOST: "far"}
    code = answer(pam_login_access, _ACCOUNT, world=_world(""), user=None, items={**items})
    assert code == _C.SERVICE_ERR


def test_bad_lines_are_logged() -> None:
    world = _world("-:ALL\n")
    answer(pam_login_access, _ACCOUNT, world=world, items={Item.RHOST: "far"})
    assert log_of(world) == ["/etc/login.access: line 1: bad field count"]


def test_the_other_facilities_have_no_say() -> None:
    others = set(Primitive) - {_ACCOUNT}
    assert {answer(pam_login_access, primitive) for primitive in others} == {NO_SAY}
