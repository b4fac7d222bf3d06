import pytest

from pamkit.module.world import Group, World
from pamkit.modules import pam_succeed_if
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item

_YES, _NO, _BROKEN = ReturnCode.SUCCESS, ReturnCode.AUTH_ERR, ReturnCode.SERVICE_ERR
_STRANGER = ReturnCode.USER_UNKNOWN
_SHELL = "/bin/zsh"
_ITEMS = {Item.RUSER: "bob", Item.RHOST: "far.example", Item.TTY: "tty1"}


def _world(uid: int = 0) -> World:
    world = memory_world(
        users=[
            account("root", 0, home="/root"),
            account("alice", 1000, gid=100, shell=_SHELL),
            account("bob", 1001),
        ],
        groups=[Group("users", 100, ()), Group("wheel", 10, ("bob",)), Group("root", 0, ())],
        process=StandInProcess(uid=uid),
    )
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.netgroups.add(("staff", "far.example", "alice"))
    return world


def _trial(condition: str, user: str | None = "alice", uid: int = 0) -> Trial:
    policy = f"account required pam_succeed_if.so {condition}"
    return Trial(policy, pam_succeed_if, world=_world(uid), user=user, items=_ITEMS)


def _log(trial: Trial) -> list[tuple[int, str]]:
    assert isinstance(trial.world.log, MemoryLog)
    return [(level, text.partition(": ")[2]) for level, text in trial.world.log.lines]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("user = alice", _YES),
        ("LOGIN != alice", _NO),
        ("uid = 1000", _YES),
        ("uid >= 1000", _YES),
        ("uid > 1000", _NO),
        ("uid lt 0x3e9", _YES),
        ("uid EQ 01750", _YES),
        ("uid ne 1000", _NO),
        ("uid > -1", _YES),
        ("uid < ten", _BROKEN),
        ("uid < 08", _BROKEN),
        ("uid < 99999999999999999999", _BROKEN),
        ("user < 5", _BROKEN),
        ("gid = 100", _YES),
        ("shell = /bin/zsh", _YES),
        ("home = /home/alice", _YES),
        ("dir =~ /home/*", _YES),
        ("homedir !~ /home/*", _NO),
        ("user glob [[a-c\\]*]", _YES),
        ("user noglob ?????", _NO),
        ("service = test", _YES),
        ("ruser = bob", _YES),
        ("rhost =~ *.example", _YES),
        ("tty in tty1:tty2", _YES),
        ("tty in tty10:tty2", _NO),
        ("tty notin tty2", _YES),
        ("user ingroup users", _YES),
        ("user ingroup nosuch::wheel", _NO),
        ("user notingroup wheel", _YES),
        ("service ingroup users", _YES),
        ("ruser ingroup wheel", _YES),
        ("ruser notingroup wheel", _NO),
        ("user innetgr staff", _YES),
        ("user notinnetgr staff", _NO),
        ("ruser innetgr staff", _NO),
        ("user notinnetgr other", _YES),
        ("user like alice", _BROKEN),
        ("nosuch = 1", _BROKEN),
        ("", _YES),
        ("user", _BROKEN),
        ("user = alice uid", _BROKEN),
        ("user = alice uid >=", _BROKEN),
        ("user = bob uid", _NO),
        ("user = alice uid = 1000", _YES),
        ("user = alice uid = 1", _NO),
        ("uid debug >= quiet 1000", _YES),
    ],
)
def test_conditions_decide(condition: str, expected: ReturnCode) -> None:
    assert _trial(condition).acct_mgmt() == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("user = eve", _YES),
        ("uid >= 0", _STRANGER),
        ("shell = /bin/sh", _STRANGER),
        ("user ingroup users", _NO),
        ("user notingroup users", _YES),
        ("user != eve uid >= 0", _NO),
    ],
)
def test_a_stranger_is_unknown_only_where_the_account_matters(
    condition: str, expected: ReturnCode
) -> None:
    assert _trial(condition, user="eve").acct_mgmt() == expected


def test_outcomes_are_logged_for_known_users() -> None:
    trial = _trial("uid >= 1000 user = bob uid = 1000")
    trial.acct_mgmt()
    assert _log(trial) == [
        (6, 'requirement "uid >= 1000" was met by user "alice"'),
        (6, 'requirement "user = bob" not met by user "alice"'),
    ]


def test_the_name_of_a_stranger_stays_out_of_the_log() -> None:
    trial = _trial("user = eve", user="hunter2")
    trial.acct_mgmt()
    assert _log(trial) == [(6, 'requirement "user = eve" not met by unknown user')]


@pytest.mark.parametrize(
    ("flags", "lines"),
    [("quiet", 0), ("quiet_fail", 1), ("quiet_success", 1), ("quiet_fail quiet_success", 0)],
)
def test_outcomes_are_kept_out_of_the_log(flags: str, lines: int) -> None:
    trial = _trial(f"user = alice user = bob {flags}")
    trial.acct_mgmt()
    assert lines == len(_log(trial))


def test_audit_names_strangers() -> None:
    trial = _trial("audit user != root uid >= 0", user="eve")
    trial.acct_mgmt()
    assert _log(trial) == [
        (6, 'requirement "user != root" was met by user "eve"'),
        (5, "error retrieving information about user eve"),
    ]


@pytest.mark.parametrize(
    ("condition", "line"),
    [
        ("quiet debug user = x", (7, "'user' resolves to 'alice'")),
        ("quiet uid < x", (6, '"x" is not a number')),
        ("quiet Nosuch = x", (3, 'unknown attribute "Nosuch"')),
        ("quiet uid", (3, "incomplete condition detected")),
        ("", (6, "no condition detected; module succeeded")),
    ],
)
def test_oddities_are_logged(condition: str, line: tuple[int, str]) -> None:
    trial = _trial(condition)
    trial.acct_mgmt()
    assert _log(trial) == [line]


@pytest.mark.parametrize(
    ("uid", "condition", "expected"),
    [(1001, "user = bob", _YES), (1001, "uid = 1000", _NO), (7, "user = x", _STRANGER)],
)
def test_use_uid_judges_who_runs_the_application(
    uid: int, condition: str, expected: ReturnCode
) -> None:
    assert _trial(f"use_uid {condition}", user=None, uid=uid).acct_mgmt() == expected


def test_nobody_is_judged_if_nobody_answers() -> None:
    trial = _trial("user != x", user=None)
    assert trial.acct_mgmt() == ReturnCode.CONV_ERR
    assert _log(trial) == [(5, "cannot determine user name: Conversation error")]


@pytest.mark.parametrize("condition", ["uid >= 0", "user notingroup wheel", "use_uid user != x"])
def test_accounts_that_cannot_be_read_are_no_answer(condition: str) -> None:
    trial = _trial(condition)
    assert isinstance(trial.world.accounts, MemoryAccounts)
    trial.world.accounts.failing = True
    assert trial.acct_mgmt() == _BROKEN


def test_conditions_without_accounts_do_not_need_them() -> None:
    trial = _trial("user = alice")
    assert isinstance(trial.world.accounts, MemoryAccounts)
    trial.world.accounts.failing = True
    assert trial.acct_mgmt() == _YES


def test_a_number_of_endless_length_is_no_number() -> None:
    digits = "9" * 100_000
    trial = _trial(f"quiet uid < {digits}")
    assert trial.acct_mgmt() == _BROKEN
    assert _log(trial) == [(6, f'"{digits}" is not a number')]


def test_it_has_no_say_in_setcred() -> None:
    trial = Trial("auth required pam_succeed_if.so", pam_succeed_if)
    assert trial.setcred() == ReturnCode.PERM_DENIED
