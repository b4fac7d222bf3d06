"""pam_list: the first line about a user decides."""

from __future__ import annotations

import pytest

from pamkit.module.world import Group, World
from pamkit.modules.solaris import pam_list
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.process import StandInProcess
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from tests.modules.families import NO_SAY, answer, log_of

_C, _ACCOUNT = ReturnCode, Primitive.ACCT_MGMT
_YES, _NO, _ERR = _C.SUCCESS, _C.PERM_DENIED, _C.SERVICE_ERR


def _world(listed: str | OSError | None) -> World:
    files: dict[str, str | bytes | OSError] = {}
    if listed is not None:
        files = {"/etc/list": listed, "/etc/passwd": listed}
    world = memory_world(
        users=[account("alice"), account("bob", gid=10)],
        groups=[Group("staff", 10, ("alice",))],
        files={**files},
        process=StandInProcess(host_name="here"),
    )
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.netgroups |= {
        ("people", None, "alice"),
        ("hosts", "here", None),
        ("pairs", "here", "alice"),
        ("both", None, "alice"),
        ("both", "here", None),
    }
    return world


def _ask(
    listed: str | OSError | None, options: str, user: str | None = "alice", rhost: str = ""
) -> ReturnCode:
    items: dict[Item, str] = {Item.RHOST: rhost} if rhost else {}
    return answer(pam_list, _ACCOUNT, options, world=_world(listed), user=user, items=items)


@pytest.mark.parametrize(
    ("listed", "options", "is_listed"),
    [
        ("alice\n", "", True),
        ("alice:whatever\n", "", True),
        ("bob\nalice", "", True),
        ("alic\n", "", False),
        ("alice\0junk\n", "", True),
        ("alice\0:\n", "", True),
        ("", "", False),
        ("\n:alice\n", "", False),
        ("%staff\n", "", False),
        ("%staff\n", "group", True),
        ("%nowhere\n", "group", False),
        ("%\n", "group", False),
        ("@people\n", "", True),
        ("@hosts\n", "", False),
        ("@hosts\n", "nouser host", True),
        ("@people\n", "host", False),
        ("@both\n", "host", True),
        ("@both\n", "host nohost user", True),
        ("@pairs\n", "user_host_exact", True),
        ("@both\n", "user_host_exact", False),
        ("alice\n", "nouser host", False),
        ("@\n", "", False),
    ],
)
def test_who_is_listed_may_come_in_or_may_not(listed: str, options: str, is_listed: bool) -> None:
    said = (_YES, _NO) if is_listed else (_NO, _YES)
    lists = (f"{options} {mode}=/etc/list" for mode in ("allow", "deny"))
    assert said == tuple(_ask(listed, each) for each in lists)


def test_a_byte_order_mark_hides_nobody() -> None:
    assert _ask("\ufeffalice\n", "deny=/etc/list") == _NO
    assert _ask("\ufeff-alice\n", "") == _NO


@pytest.mark.parametrize("listed", [" alice\n", "alice \n", "alice\r\n", "alice\t:x\n"])
def test_what_cannot_be_seen_lets_nobody_in(listed: str) -> None:
    assert _ask(listed, "allow=/etc/list") == _NO
    assert _ask(listed, "deny=/etc/list") == _NO
    assert _ask(f"-{listed}+alice\n", "") == _NO
    assert _ask(f"+{listed}-alice\n", "") == _NO


@pytest.mark.parametrize(
    ("listed", "options", "expected"),
    [
        ("alice:x:1000:1000::/:/bin/sh\n", "", NO_SAY),
        ("+alice\n", "", _YES),
        ("-alice\n+alice\n", "", _NO),
        ("+\n", "", NO_SAY),
        ("+@people\n", "", _YES),
        ("-%staff\n", "group", _NO),
        ("-bob\n", "", NO_SAY),
        ("alice:x:1000:1000::/:/bin/sh\n", "compat", _YES),
        ("-alice\nalice:x:1000\n", "compat", _NO),
        ("+\n", "compat", _YES),
        ("-bob\n+\n", "compat", _YES),
        ("-bob\n", "compat", _NO),
        ("-%staff\n", "compat", _NO),  # C lets in
        ("-\n", "compat", _ERR),
        ("@people\n", "compat", _ERR),
    ],
)
def test_lines_of_the_account_file_can_decide(
    listed: str, options: str, expected: ReturnCode
) -> None:
    assert _ask(listed, options) == expected


@pytest.mark.parametrize(
    "options",
    [
        "nonsense",
        "allow=/etc/list deny=/etc/list",
        "allow=/etc/list allow=/etc/list",
        "compat allow=/etc/list",
        "compat group",
        "compat nouser host",
        "nouser",
        "allow=",
        "allow=list",
    ],
)
def test_words_that_make_no_sense_let_nobody_in(options: str) -> None:
    assert _ask("alice\n+alice\n", options) == _ERR


def test_a_netgroup_of_which_nothing_may_be_asked_never_lets_in() -> None:
    assert _ask("@people\n", "group nouser allow=/etc/list") == _NO
    assert _ask("@people\n", "group nouser deny=/etc/list") == _NO


def test_the_remote_host_counts_if_there_is_one() -> None:
    assert _ask("@hosts\n", "nouser host allow=/etc/list", rhost="far") == _NO


def test_capital_letters_do_not_matter_in_options() -> None:
    assert _ask("alice\n", "ALLOW=/etc/list") == _YES


@pytest.mark.parametrize("listed", [None, PermissionError(13, "Permission denied")])
def test_a_list_that_cannot_be_read_lets_nobody_in(listed: OSError | None) -> None:
    for options in ("allow=/etc/list", "deny=/etc/list", "", "compat"):
        assert _ask(listed, options) == _ERR


@pytest.mark.parametrize("user", [None, ""])
def test_who_it_is_must_be_known(user: str | None) -> None:
    assert _ask("alice\n", "deny=/etc/list", user) == _C.USER_UNKNOWN


def test_groups_that_are_not_there_are_logged() -> None:
    world = _world("%nowhere\n")
    answer(pam_list, _ACCOUNT, "group deny=/etc/list", world=world)
    assert log_of(world) == ["nowhere is not a known group"]
