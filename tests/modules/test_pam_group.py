from __future__ import annotations

import pytest

from pamkit.module.world import Group, World
from pamkit.modules import pam_group
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item

_CONF = "/etc/security/group.conf"
_MONDAY_NOON = 1736121600.0 + 12 * 3600
_ALWAYS, _NEVER = "Al0000-2400", "!Al0000-2400"
_GROUPS = [
    Group("alice", 1000, ()),
    Group("floppy", 25, ()),
    Group("audio", 29, ("bob",)),
    Group("students", 60, ("alice",)),
    Group("a", 61, ()),
    Group("b", 62, ()),
    Group("a.b", 63, ()),
]
_POLICY = "auth required pam_group.so\nauth required pam_permit.so\n"


def _world(
    conf: bytes | str | OSError | None,
    *,
    path: str = _CONF,
    uid: int = 0,
    has: tuple[int, ...] = (1000,),
) -> World:
    return memory_world(
        users=[account("alice"), account("bob", 1001, gid=60), account("root", 0)],
        groups=_GROUPS,
        files={} if conf is None else {path: conf},
        process=StandInProcess(uid=uid, groups=has, terminal="/dev/pts/7"),
        now=_MONDAY_NOON,
    )


def _answer(
    world: World,
    *lines: Line,
    user: str | None = "alice",
    flags: int = Flag.ESTABLISH_CRED,
    tty: str | None = "tty1",
    service: str = "login",
) -> ReturnCode:
    items = {} if tty is None else {Item.TTY: tty}
    with Script(*lines) as script:
        trial = Trial(
            "auth required pam_group.so\n",
            pam_group,
            world=world,
            user=user,
            service=service,
            items=items,
            conversation=script,
            quirks=frozenset({"flags-unchecked"}),  # C programs may say anything
        )
        return ReturnCode(trial.call(Primitive.SETCRED, flags))


def _given(conf: str, *, user: str = "alice", tty: str | None = "tty1") -> tuple[int, ...]:
    """Return the groups of the process after the call, without the one it began with."""
    world = _world(conf)
    assert _answer(world, user=user, tty=tty) == ReturnCode.SUCCESS
    return world.process.groups()[1:]


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [text.partition(": ")[2] for text in world.log.texts]


@pytest.mark.parametrize(("user", "expected"), [("root", ()), ("bob", ()), ("alice", (25,))])
def test_xtests_group1(user: str, expected: tuple[int, ...]) -> None:
    assert _given(f"login;tty1;alice;{_ALWAYS};floppy\n", user=user) == expected


def test_authenticate_has_no_say() -> None:
    world = _world(f"*;*;*;{_ALWAYS};floppy\n")
    trial = Trial("auth required pam_group.so\n", pam_group, world=world)
    assert trial.authenticate() == ReturnCode.PERM_DENIED  # what nobody has a say in
    assert world.process.groups() == (1000,)


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        ("login;*;*", True),
        ("sshd;*;*", False),
        ("lo*;tty*;al*", True),
        ("*;tty* & !tty1;*", False),
        ("*;*;bob|alice", True),
        ("*;*;!alice", False),
        ("*;*;%students", True),
        ("*;*;%audio", False),
        ("*;*;%alice", True),
        ("*;*;%nosuch", False),
        ("*;*;%", False),
        ("*;*;%students|bob", False),
        ("*;*;@nosuch", False),
    ],
)
def test_a_rule_gives_to_whom_its_fields_name(rule: str, matches: bool) -> None:
    assert _given(f"{rule};{_ALWAYS};floppy\n") == ((25,) if matches else ())


def test_a_primary_group_counts_and_a_user_nobody_knows_is_in_none() -> None:
    rule = f"*;*;%students;{_ALWAYS};floppy\n"
    assert _given(rule, user="bob") == (25,)
    assert _given(rule, user="stranger") == ()


def test_users_may_be_a_netgroup() -> None:
    for member, expected in (("alice", (25,)), ("bob", ())):
        world = _world(f"*;*; @staff ;{_ALWAYS};floppy\n")
        assert isinstance(world.accounts, MemoryAccounts)
        world.accounts.netgroups.add(("staff", None, member))
        assert _answer(world) == ReturnCode.SUCCESS
        assert world.process.groups()[1:] == expected


@pytest.mark.parametrize(
    ("times", "matches"),
    [("Mo1200-1201", True), ("Mo1201-1202", False), ("Tu1200-1201", False), (_NEVER, False)],
)
def test_the_time_of_the_clock_counts(times: str, matches: bool) -> None:
    assert _given(f"*;*;*;{times};floppy\n") == ((25,) if matches else ())


def test_all_rules_that_match_count_and_no_group_is_given_twice() -> None:
    rules = ("floppy", "audio, a\tb", "floppy alice", "a,,a ")
    assert _given("".join(f"*;*;*;{_ALWAYS};{names}\n" for names in rules)) == (25, 29, 61, 62)


def test_groups_that_do_not_exist_are_logged_and_others_given() -> None:
    world = _world(f"*;*;*;{_ALWAYS};nosuch, floppy, a.b, a|b, !xa, a:b, \u00e9a\n")
    assert _answer(world) == ReturnCode.SUCCESS
    assert world.process.groups() == (1000, 25)
    assert _log(world) == [
        f"bad group: {name}" for name in ("nosuch", "a.b", "a|b", "!xa", "a:b", "\u00e9a")
    ]


@pytest.mark.parametrize(
    ("flags", "establishes"),
    [
        (Flag.ESTABLISH_CRED, True),
        (Flag.REINITIALIZE_CRED, True),
        (Flag.ESTABLISH_CRED | Flag.SILENT, True),
        (0, True),
        (Flag.SILENT, True),
        (Flag.DELETE_CRED, False),
        (Flag.REFRESH_CRED, False),
        (Flag.REFRESH_CRED | Flag.SILENT, False),
    ],
)
def test_groups_are_given_when_credentials_are_established(flags: int, establishes: bool) -> None:
    world = _world(f"*;*;*;{_ALWAYS};floppy\n")
    assert _answer(world, flags=flags) == ReturnCode.SUCCESS
    assert world.process.groups() == ((1000, 25) if establishes else (1000,))


@pytest.mark.parametrize(
    "rule",
    [
        "*;*;*;Al;floppy\n",
        "*;*;*;!Xx0000-2400;floppy\n",
        "*;*;*;~Al0000-2400;floppy\n",
        "*;*;*;Al0000-2400 \u00ac;floppy\n",
        "*;*;jos\u00e9|alice;Al0000-2400;floppy\n",
        "*;*;*;;floppy\n",
        "*;*;;Al0000-2400;floppy\n",
        "*;*;!;Al0000-2400;floppy\n",
        "*;*;alice bob;Al0000-2400;floppy\n",
        "*;*;*;Al0000-2400;floppy;\n",
        "*;*;*;Al0000-2400;floppy;*\n",
        "*;*;*;Al0000-2400;floppy",
        "*;*;*;floppy\n",
        "*;*;*;Al0000-2400\n",
        "# \0\n*;*;*;Al0000-2400;floppy\n",
    ],
)
def test_a_rule_that_cannot_be_read_gives_nothing(rule: str) -> None:
    assert _given(rule) == ()


@pytest.mark.parametrize(
    ("conf", "line"),
    [
        (None, "error opening /etc/security/group.conf: No such file or directory"),
        (PermissionError(13, "Permission denied"), f"error opening {_CONF}: Permission denied"),
        (IsADirectoryError(21, "Is a directory"), f"error reading {_CONF}: Is a directory"),
        (b"\0", f"error reading {_CONF}: there is a NUL byte in it"),
        ("*;*\n", f"{_CONF}: malformed rule #1"),
        (f"*;*;*;{_ALWAYS};a;\n", f"{_CONF}: poorly terminated rule #1"),
    ],
)
def test_a_file_that_cannot_be_read_gives_nothing_and_is_logged(
    conf: bytes | str | OSError | None, line: str
) -> None:
    world = _world(conf)
    assert _answer(world) == ReturnCode.SUCCESS
    assert (world.process.groups(), _log(world)) == ((1000,), [line])


def test_the_distribution_s_file_counts_where_there_is_no_other() -> None:
    world = _world(f"*;*;*;{_ALWAYS};floppy\n", path="/usr/etc/security/group.conf")
    assert _answer(world) == ReturnCode.SUCCESS
    assert world.process.groups() == (1000, 25)


def test_without_root_s_rights_it_fails_at_once_and_says_so() -> None:
    line = "unable to set the group membership for user: Operation not permitted"
    for conf in (f"*;*;*;{_ALWAYS};floppy\n", f"*;*;*;{_NEVER};floppy\n"):
        world = _world(conf, uid=1000)
        assert _answer(world) == ReturnCode.CRED_ERR
        assert (world.process.groups(), _log(world)) == ((1000,), [line])


def test_a_process_without_groups_that_gets_none_is_left_alone() -> None:
    world = _world(f"*;*;*;{_NEVER};floppy\n", uid=1000, has=())
    assert _answer(world) == ReturnCode.SUCCESS


def test_accounts_that_cannot_be_asked_give_nothing() -> None:
    world = _world(f"*;*;*;{_ALWAYS};floppy\n")
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert _answer(world) == ReturnCode.SERVICE_ERR
    assert world.process.groups() == (1000,)


def test_the_user_is_asked_for_if_need_be() -> None:
    world = _world(f"*;*;alice;{_ALWAYS};floppy\n")
    assert _answer(world, visible("login:", "alice"), user=None) == ReturnCode.SUCCESS
    assert world.process.groups() == (1000, 25)


def test_nobody_gets_nothing() -> None:
    world = _world(f"*;*;*;{_ALWAYS};floppy\n")
    assert _answer(world, user="") == ReturnCode.USER_UNKNOWN
    assert (world.process.groups(), _log(world)) == ((1000,), ["cannot determine user name"])


def test_a_terminal_nobody_named_is_the_one_on_standard_input() -> None:
    assert _given(f"*;pts/7;*;{_ALWAYS};floppy\n", tty=None) == (25,)
    assert _given(f"*;pts/7;*;{_ALWAYS};floppy\n", tty="") == ()
    assert _given(f"*;console;*;{_ALWAYS};floppy\n", tty="/console") == (25,)
