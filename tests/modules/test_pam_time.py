from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.modules import pam_time
from pamkit.testing.accounts import MemoryAccounts
from pamkit.testing.audit import MemoryAudit
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item

_CONF = "/etc/security/time.conf"
_MONDAY_NOON = 1736121600.0 + 12 * 3600
_ALWAYS, _NEVER = "Al0000-2400", "!Al0000-2400"


def _world(conf: bytes | str | OSError | None, *, path: str = _CONF) -> World:
    files = {} if conf is None else {path: conf}
    return memory_world(files=files, now=_MONDAY_NOON)


def _answer(
    world: World,
    *lines: Line,
    user: str | None = "alice",
    options: str = "",
    tty: str | None = "tty1",
    service: str = "login",
) -> ReturnCode:
    policy = f"account required pam_time.so {options}\n"
    items = {} if tty is None else {Item.TTY: tty}
    with Script(*lines) as script:
        trial = Trial(
            policy,
            pam_time,
            world=world,
            user=user,
            service=service,
            items=items,
            conversation=script,
        )
        return trial.acct_mgmt()


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [text.partition(": ")[2] for text in world.log.texts]


@pytest.mark.parametrize(
    ("user", "expected"), [("xy", 0), ("yx", 0), ("you", 6), ("me", 6), ("x", 6), ("y", 6)]
)
def test_xtests_time1(user: str, expected: int) -> None:
    world = _world("*;*;you|me;!Al0000-2400\n*;*;x|y;!Al0000-2400\n")
    assert _answer(world, user=user) == expected


@pytest.mark.parametrize(("user", "expected"), [("root", 0), ("noone", 6), ("", 10)])
def test_retval_of_linux_pam(user: str, expected: int) -> None:
    conf = "# only root can access login\nlogin ; * ; !root ; !Al0000-2400\n"
    assert _answer(_world(conf, path="/srv/c"), user=user, options="conffile=/srv/c") == expected


def test_the_time_of_the_clock_counts() -> None:
    assert _answer(_world("*;*;*;Mo1200-1201\n")) == ReturnCode.SUCCESS
    assert _answer(_world("*;*;*;Mo1201-1202\n")) == ReturnCode.PERM_DENIED
    assert _answer(_world("*;*;*;Tu1200-1201\n")) == ReturnCode.PERM_DENIED


@pytest.mark.parametrize(
    ("rule", "binds"),
    [
        ("login;*;*", True),
        ("sshd;*;*", False),
        ("lo*;tty*;al*", True),
        ("*;tty1;*", True),
        ("*;tty* & !tty1;*", False),
        ("*;*;bob|alice", True),
        ("*;*;!alice", False),
    ],
)
def test_a_rule_binds_whom_its_first_fields_name(rule: str, binds: bool) -> None:
    expected = ReturnCode.PERM_DENIED if binds else ReturnCode.SUCCESS
    assert _answer(_world(f"{rule};{_NEVER}\n")) == expected


def test_one_rule_against_it_is_enough_wherever_it_stands() -> None:
    rules = [f"*;*;alice;{_ALWAYS}\n"] * 3
    for at in range(3):
        conf = "".join([*rules[:at], f"*;*;alice;{_NEVER}\n", *rules[at:]])
        assert _answer(_world(conf)) == ReturnCode.PERM_DENIED


@pytest.mark.parametrize(
    ("tty", "name"),
    [
        ("/dev/tty1", "tty1"),
        ("/dev/pts/3", "pts/3"),
        ("/console", "console"),
        ("pts/3", "pts/3"),
        (":0", ":0"),
    ],
)
def test_terminals_are_written_without_their_directory(tty: str, name: str) -> None:
    world = _world(f"*;{name};*;{_NEVER}\n")
    assert _answer(world, tty=tty) == ReturnCode.PERM_DENIED


def test_a_terminal_nobody_named_is_the_one_on_standard_input_and_is_kept() -> None:
    world = _world(f"*;pts/7;*;{_NEVER}\n").changed(process=StandInProcess(terminal="/dev/pts/7"))
    trial = Trial("account required pam_time.so\n", pam_time, world=world)
    assert trial.acct_mgmt() == ReturnCode.PERM_DENIED
    assert trial.handle.texts[Item.TTY] == "/dev/pts/7"


def test_users_may_be_a_netgroup() -> None:
    for member, expected in (("alice", ReturnCode.PERM_DENIED), ("bob", ReturnCode.SUCCESS)):
        world = _world(f"*;*; @staff ;{_NEVER}\n")
        assert isinstance(world.accounts, MemoryAccounts)
        world.accounts.netgroups.add(("staff", None, member))
        assert _answer(world) == expected


def test_without_a_file_everybody_is_let_by_and_it_is_logged() -> None:
    world = _world(None)
    assert _answer(world) == ReturnCode.SUCCESS
    assert _log(world) == [f"error opening {_CONF}: No such file or directory"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (PermissionError(13, "Permission denied"), "error opening {}: Permission denied"),
        (IsADirectoryError(21, "Is a directory"), "error reading {}: Is a directory"),
        (OSError(5, "Input/output error"), "error opening {}: Input/output error"),
    ],
)
def test_a_file_that_cannot_be_read_lets_nobody_by(fault: OSError, said: str) -> None:
    world = _world(fault)
    assert _answer(world, user="root") == ReturnCode.ABORT
    assert _log(world) == [said.format(_CONF)]


def test_a_file_with_a_nul_byte_lets_nobody_by() -> None:
    world = _world(b"# \0\n")
    assert _answer(world) == ReturnCode.ABORT
    assert _log(world) == [f"error reading {_CONF}: there is a NUL byte in it"]


def test_a_file_that_nobody_can_look_for_lets_nobody_by() -> None:
    assert _answer(_world(None), options="conffile=time.conf") == ReturnCode.ABORT


def test_a_clock_that_cannot_be_read_lets_nobody_by() -> None:
    world = _world(f"*;*;*;{_ALWAYS}\n").changed(clock=_Broken())
    assert _answer(world) == ReturnCode.SERVICE_ERR


class _Broken:
    def now(self) -> float:
        raise OSError(75, "no such time")

    def local(self, when: float) -> None:
        raise AssertionError(when)


@pytest.mark.parametrize("vendor", ["/usr/etc/security/time.conf", "/usr/share/security/time.conf"])
def test_the_distribution_s_rules_count_where_there_are_no_others(vendor: str) -> None:
    world = _world(f"*;*;*;{_NEVER}\n", path=vendor)
    assert _answer(world, options="debug") == ReturnCode.PERM_DENIED
    assert _log(world) == [f"conffile={vendor}", "user alice rejected"]
    assert _answer(world, options=f"conffile={_CONF}") == ReturnCode.SUCCESS


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("*;*;alice;Al", "no/bad times specified (rule #1)"),
        ("*;*;alice;!Al", "no/bad times specified (rule #1)"),
        ("*;*;alice;Al0000-2400x", "no/bad times specified (rule #1)"),
        ("*;*;alice;!Xx0000-2400", "bad day specified (rule #1)"),
        ("*;*;alice;!0000-2400", "no day specified"),
        (f"*;*;alice;{_ALWAYS} {_ALWAYS}", "garbled syntax; expected & or | (rule #1)"),
        (f"*;*;alice;|{_ALWAYS}", "garbled syntax; expected name (rule #1)"),
        ("*;*;alice", f"{_CONF}: malformed rule #1"),
        (f"*;*;alice;{_NEVER};", f"{_CONF}: poorly terminated rule #1"),
    ],
)
def test_times_that_cannot_be_read_are_never_for_those_the_rule_names(rule: str, said: str) -> None:
    world = _world(f"{rule}\n")
    assert _answer(world) == ReturnCode.PERM_DENIED
    assert _log(world) == [said]
    assert _answer(_world(f"{rule}\n"), user="bob") == ReturnCode.SUCCESS


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (f"login sshd;*;*;{_NEVER}", "garbled syntax; expected & or | (rule #1)"),
        (f"*;&tty;*;{_NEVER}", "garbled syntax; expected name (rule #1)"),
        (f"*;*;alice root;{_NEVER}", "garbled syntax; expected & or | (rule #1)"),
        (f"*;*;@staff|root;{_NEVER}", "garbled syntax; expected one netgroup (rule #1)"),
        (f"*;*;@;{_NEVER}", "garbled syntax; expected one netgroup (rule #1)"),
        ("some words", f"{_CONF}: malformed rule #1"),
        ("*;*", f"{_CONF}: malformed rule #1"),
    ],
)
def test_a_rule_of_which_nobody_knows_whom_it_names_shuts_nobody_out(rule: str, said: str) -> None:
    world = _world(f"{rule}\n")
    assert _answer(world, user="root") == ReturnCode.SUCCESS
    assert _log(world) == [said]


def test_a_bad_rule_does_not_hide_the_next() -> None:
    conf = f"login sshd;*;*;{_NEVER}\nwords\n*;*;alice;{_NEVER}\n"
    assert _answer(_world(conf)) == ReturnCode.PERM_DENIED


def test_a_long_field_is_read_to_its_end() -> None:
    users = "|".join(f"user{number}" for number in range(1000))
    world = _world(f"*;*;{users}|alice;{_NEVER}\n")
    assert _answer(world) == ReturnCode.PERM_DENIED


def test_odd_options_are_named_in_the_log() -> None:
    world = _world("")
    assert _answer(world, options="nonsense conffile= noaudit") == ReturnCode.SUCCESS
    said = ["unknown option: nonsense", "conffile= specification missing argument - ignored"]
    assert [text for text in _log(world) if text in said] == said


def test_the_user_is_asked_for() -> None:
    world = _world(f"*;*;alice;{_NEVER}\n")
    line = visible("login:", "alice")
    assert _answer(world, line, user=None) == ReturnCode.PERM_DENIED


def test_nobody_is_let_by_if_nobody_answers() -> None:
    world = _world("")
    trial = Trial("account required pam_time.so\n", pam_time, world=world, user=None)
    assert trial.acct_mgmt() == ReturnCode.USER_UNKNOWN
    assert _log(world) == ["cannot determine user name"]


def _records(world: World) -> list[tuple[int, str, str | None, str | None, str | None, bool]]:
    assert isinstance(world.audit, MemoryAudit)
    return world.audit.records


def test_the_audit_is_told_of_a_refusal_unless_it_is_not_to_be() -> None:
    rule = f"*;*;alice;{_NEVER}\n"
    record = (2101, "PAM:pam_time", "alice", None, "tty1", False)
    for options, user, expected in (
        ("", "alice", [record]),
        ("noaudit", "alice", []),
        ("", "b", []),
    ):
        world = _world(rule)
        _answer(world, options=options, user=user)
        assert _records(world) == expected


def test_a_record_that_is_lost_is_logged_and_changes_nothing() -> None:
    world = _world(f"*;*;alice;{_NEVER}\n")
    assert isinstance(world.audit, MemoryAudit)
    world.audit.fault = OSError(24, "Too many open files", "audit_open")
    assert _answer(world) == ReturnCode.PERM_DENIED
    assert _log(world) == ["audit_open() failed: Too many open files"]
