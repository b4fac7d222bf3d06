from __future__ import annotations

import errno
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pamkit.faillock.options import FaillockOptions
from pamkit.formats.faillock_tally import RHOST, TTY, VALID, Failure
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.options import Options, rest
from pamkit.module.registry import Module
from pamkit.module.world import Group, World
from pamkit.modules import pam_debug, pam_deny, pam_faillock, pam_permit
from pamkit.stores.root import Root
from pamkit.stores.tallies import DiskTallies, DiskTally
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.audit import MemoryAudit
from pamkit.testing.clock import StoppedClock
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, info, visible
from pamkit.testing.tallies import MemoryTallies
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from tests.crash.harness import all_at_once

D = "/var/run/faillock"
NOW = 1_700_000_000
IGNORED = ReturnCode.PERM_DENIED  # what a chain answers in which nobody has a say
SUCCESS, AUTH_ERR = ReturnCode.SUCCESS, ReturnCode.AUTH_ERR

_USERS = [account("root", 0), account("alice"), account("bob", 1001)]
_GROUPS = [Group("wheel", 10, ("alice",)), Group("bob", 1001, ())]
_LOCKED = "The account is locked due to 3 failed logins."


def _world(
    *ago: int,
    user: str = "alice",
    uid: int = 0,
    files: dict[str, bytes | str | OSError] | None = None,
) -> World:
    """Return a world in which a user failed so many seconds ago."""
    world = memory_world(
        users=_USERS, groups=_GROUPS, files=files, process=StandInProcess(uid=uid), now=NOW
    )
    if ago:
        _tallies(world).kept[D, user] = tuple(Failure(NOW - seconds, "tty1") for seconds in ago)
    return world


def _tallies(world: World) -> MemoryTallies:
    assert isinstance(world.tallies, MemoryTallies)
    return world.tallies


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [text.partition(": ")[2] for text in world.log.texts]


def _answer(
    world: World,
    line: str,
    *lines: Line,
    user: str | None = "alice",
    flags: int = 0,
    items: dict[Item, str] | None = None,
    outside: StandInOutside | None = None,
) -> ReturnCode:
    with Script(*lines) as script:
        return Trial(
            f"auth required pam_faillock.so {line}\n",
            pam_faillock,
            world=world,
            user=user,
            conversation=script,
            items=items,
            outside=outside,
        ).authenticate(flags)


# --- preauth ------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["preauth", "", "silent"])
def test_who_has_not_failed_is_let_by_and_nothing_is_made(line: str) -> None:
    world = _world()
    assert _answer(world, line) == SUCCESS
    assert _tallies(world).kept == {}


def test_who_failed_too_often_is_refused_and_told() -> None:
    world = _world(1, 1, 1)
    told = (info(_LOCKED), info("(10 minutes left to unlock)"))
    assert _answer(world, "preauth", *told) == AUTH_ERR
    assert _answer(world, "preauth silent") == AUTH_ERR
    assert _answer(world, "preauth", flags=Flag.SILENT) == AUTH_ERR
    assert _log(world) == []


def test_nobody_is_spoken_to_while_the_file_is_held() -> None:
    world, held = _world(1, 1, 1), []

    def converse(messages: Sequence[Any]) -> list[None]:
        held.append(list(_tallies(world).held))
        return [None for _ in messages]

    trial = Trial(
        "auth required pam_faillock.so\n", pam_faillock, world=world, conversation=converse
    )
    assert (trial.authenticate(), held) == (AUTH_ERR, [[], []])


def test_a_lock_without_end_has_no_minutes() -> None:
    assert _answer(_world(9, 9, 9), "unlock_time=never", info(_LOCKED)) == AUTH_ERR


def test_the_last_of_several_words_counts() -> None:
    world = _world(1)
    assert _answer(world, "authfail preauth authsucc") == SUCCESS
    assert _tallies(world).kept[D, "alice"] == ()


# --- authfail -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "source", "bit"),
    [
        ({}, "test", 0),
        ({Item.TTY: "tty7"}, "tty7", TTY),
        ({Item.TTY: "tty7", Item.RHOST: "far"}, "far", RHOST),
        ({Item.TTY: "tty7", Item.RHOST: ""}, "", RHOST),
    ],
)
def test_a_failure_is_put_on_record_with_where_it_came_from(
    items: dict[Item, str], source: str, bit: int
) -> None:
    world = _world(5)
    assert _answer(world, "authfail", items=items) == IGNORED
    assert _tallies(world).kept[D, "alice"][1:] == (Failure(NOW, source, VALID | bit),)
    assert _log(world) == []


def test_the_failure_that_locks_is_logged() -> None:
    line = "Consecutive login failures for user alice account temporarily locked"
    world = _world(5, 6)
    assert _answer(world, "authfail") == IGNORED
    assert _log(world) == [line]
    world = _world(5, 6)
    assert (_answer(world, "authfail no_log_info"), _log(world)) == (IGNORED, [])


@pytest.mark.parametrize(("line", "lines"), [("", 0), ("even_deny_root", 1)])
def test_of_root_it_is_logged_only_if_root_can_be_locked(line: str, lines: int) -> None:
    world = _world(5, 6, user="root")
    assert _answer(world, f"authfail {line}", user="root") == IGNORED
    assert len(_log(world)) == lines


def test_a_failure_of_the_locked_is_refused_and_not_counted() -> None:
    world = _world(1, 1, 1)
    assert _answer(world, "authfail") == AUTH_ERR
    assert len(_tallies(world).kept[D, "alice"]) == 3


def test_after_a_lock_counting_begins_anew() -> None:
    world = _world(601, 602, 603)
    assert _answer(world, "authfail") == IGNORED
    assert [each.is_valid for each in _tallies(world).kept[D, "alice"]] == [False, False, True]


# --- authsucc and account -----------------------------------------------------------------------


def test_success_forgets_the_failures_of_who_is_not_locked() -> None:
    world = _world(1, 1)
    assert _answer(world, "authsucc") == SUCCESS
    assert _tallies(world).kept[D, "alice"] == ()


def test_success_makes_the_file_that_a_screen_locker_needs() -> None:
    world = _world()
    assert _answer(world, "authsucc") == SUCCESS
    assert _tallies(world).kept == {(D, "alice"): ()}


def test_a_right_guess_of_the_locked_is_refused_without_a_word() -> None:
    world = _world(1, 1, 1)
    assert _answer(world, "authsucc") == AUTH_ERR
    assert len(_tallies(world).kept[D, "alice"]) == 3


def _meanwhile(*failures: Failure) -> Module:
    """Return a module that takes the right guess, while others fail."""

    def right(call: ModuleCall[Any]) -> ReturnCode:
        _tallies(call.world).kept[D, "alice"] = failures
        return SUCCESS

    declaration = declare(
        "pam_guess",
        answers={Primitive.AUTHENTICATE: "success"},
        examples=[example("x", "auth required pam_guess.so")],
    )
    return Module("pam_guess", declaration, {Primitive.AUTHENTICATE: right})


_MANUAL = {
    "account": """\
auth required pam_faillock.so preauth {words}
auth sufficient pam_guess.so {guess}
auth [default=die] pam_faillock.so authfail {words}
auth required pam_deny.so
account required pam_faillock.so
""",
    "authsucc": """\
auth required pam_faillock.so preauth {words}
auth [success=1 default=bad] pam_guess.so {guess}
auth [default=die] pam_faillock.so authfail {words}
auth sufficient pam_faillock.so authsucc {words}
auth required pam_deny.so
account required pam_permit.so
""",
    "no preauth": """\
auth [success=1 default=bad] pam_guess.so {guess}
auth [default=die] pam_faillock.so authfail {words}
auth sufficient pam_faillock.so authsucc {words}
auth required pam_deny.so
account required pam_permit.so
""",
}
"""The wirings of the manual page."""


@pytest.mark.parametrize("wiring", _MANUAL)
def test_a_right_guess_that_comes_after_too_many_wrong_ones_is_refused(wiring: str) -> None:
    world = _world()
    failures = (Failure(NOW, "far"),) * 3
    trial = Trial(
        _MANUAL[wiring].format(words="", guess=""),
        *(pam_faillock, pam_deny, pam_permit, _meanwhile(*failures)),
        world=world,
    )
    code = trial.authenticate()
    if wiring == "account":
        assert code == SUCCESS  # the module is not asked again
        code = trial.acct_mgmt()
        assert _log(world) == ["User alice was locked meanwhile"]
    assert code == AUTH_ERR
    assert _tallies(world).kept[D, "alice"] == failures


def _with_account(world: World, auth: str, acct: str) -> tuple[ReturnCode, ReturnCode]:
    policy = f"auth required pam_faillock.so {auth}\naccount required pam_faillock.so {acct}\n"
    trial = Trial(policy, pam_faillock, world=world)
    return trial.authenticate(), trial.acct_mgmt()


def test_account_forgets_what_is_less_than_locks() -> None:
    world = _world(1, 1)
    assert _with_account(world, "preauth", "") == (SUCCESS, SUCCESS)
    assert _tallies(world).kept[D, "alice"] == ()


def test_account_judges_by_the_limits_of_auth() -> None:
    """A policy that names them on the lines of auth only is a usual one."""
    world = _world(1, 1, 1, 1)
    assert _with_account(world, "deny=5", "") == (SUCCESS, SUCCESS)
    assert _with_account(_world(1, 1), "deny=5", "deny=1") == (SUCCESS, SUCCESS)


def test_account_does_nothing_where_auth_was_not_asked() -> None:
    world = _world(1, 1, 1)
    trial = Trial("account required pam_faillock.so\n", pam_faillock, world=world)
    assert trial.acct_mgmt() == SUCCESS
    assert len(_tallies(world).kept[D, "alice"]) == 3


def test_data_that_a_c_module_left_means_that_auth_was_asked() -> None:
    world = _world(1, 1, 1)
    trial = Trial("account required pam_faillock.so\n", pam_faillock, world=world)
    trial.handle.set_data("pam_faillock:auth_executed", 1, None)
    assert trial.acct_mgmt() == AUTH_ERR


def test_setcred_does_nothing() -> None:
    trial = Trial("auth required pam_faillock.so\n", pam_faillock, world=_world(1, 1, 1))
    assert trial.setcred() == SUCCESS


_RETVAL = """\
auth requisite pam_faillock.so dir={d} preauth even_deny_root conf=own.conf
auth [success=1 default=bad] pam_debug.so auth={guess} cred=success
auth [default=die] pam_faillock.so dir={d} authfail even_deny_root conf=own.conf
auth sufficient pam_faillock.so dir={d} authsucc even_deny_root conf=own.conf
account required pam_faillock.so dir={d}
password required pam_faillock.so dir={d}
session required pam_faillock.so dir={d}
"""


def test_linux_pams_own_test_of_answers_passes() -> None:
    """What tst-pam_faillock-retval does, with a relative path, without waiting six seconds."""
    conf = "deny = 2\nunlock_time = 5\nroot_unlock_time = 5\n"
    world = _world(files={"/own.conf": conf})

    def trial(guess: str) -> Trial:
        return Trial(
            _RETVAL.format(d=D, guess=guess),
            *(pam_faillock, pam_debug),
            world=world,
            user="root",
            quirks=frozenset({"relative-paths"}),
            conversation=lambda messages: [None for _ in messages],
        )

    one = trial("success")
    assert [one.call(each) for each in Primitive] == [
        *(SUCCESS, SUCCESS, SUCCESS),
        *(ReturnCode.MODULE_UNKNOWN,) * 3,
    ]
    one = trial("perm_denied")
    assert [one.authenticate(), one.authenticate()] == [ReturnCode.PERM_DENIED] * 2
    one = trial("success")
    assert one.authenticate() == AUTH_ERR
    assert isinstance(world.clock, StoppedClock)
    world.clock.time += 6
    assert one.authenticate() == SUCCESS


# --- whom it is about ---------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "said"), [("", "User unknown"), ("audit", "User unknown: eve")])
def test_a_stranger_is_not_counted_and_named_only_if_asked_to(line: str, said: str) -> None:
    world = _world()
    assert _answer(world, f"authfail {line}", user="eve") == IGNORED
    assert (_log(world), _tallies(world).kept) == ([said], {})


def test_nobody_is_no_business_of_the_module() -> None:
    world = _world()
    assert _answer(world, "authfail", user="") == IGNORED
    assert _answer(world, "preauth", visible("login:", "alice"), user=None) == SUCCESS
    assert _log(world) == []


def test_an_account_database_that_cannot_be_read_refuses() -> None:
    world = _world()
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    for line in ("preauth", "authfail", "authsucc", "local_users_only"):
        assert _answer(world, line) == ReturnCode.SERVICE_ERR


def test_root_and_administrators_are_locked_only_if_it_is_said() -> None:
    assert _answer(_world(1, 1, 1, user="root"), "silent", user="root") == SUCCESS
    assert _answer(_world(1, 1, 1), "silent admin_group=wheel") == SUCCESS
    assert _answer(_world(1, 1, 1, user="bob"), "silent admin_group=bob", user="bob") == SUCCESS
    assert _answer(_world(1, 1, 1), "silent admin_group=bob") == AUTH_ERR
    assert _answer(_world(1, 1, 1), "silent admin_group=none") == AUTH_ERR
    world = _world(1, 1, 1, user="root")
    assert _answer(world, "silent even_deny_root", user="root") == AUTH_ERR


def test_users_from_elsewhere_can_be_left_to_others() -> None:
    world = _world(1, 1, 1)
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.remote = frozenset({"alice"})
    assert _answer(world, "local_users_only") == SUCCESS
    assert _answer(world, "local_users_only authfail") == SUCCESS
    assert _answer(world, "silent") == AUTH_ERR
    assert len(_tallies(world).kept[D, "alice"]) == 3


def test_a_name_typed_otherwise_has_no_file_of_its_own() -> None:
    """Some name services take ALICE for alice: every spelling would have its own guesses."""
    world = _world()
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.users["ALICE"] = account("alice")
    assert _answer(world, "authfail", user="ALICE") == IGNORED
    assert list(_tallies(world).kept) == [(D, "alice")]


# --- settings -----------------------------------------------------------------------------------

_CONF = "/etc/security/faillock.conf"


def test_settings_come_from_the_file_and_words_count_more() -> None:
    files: dict[str, bytes | str | OSError] = {_CONF: "deny = 2\nsilent\ndir = /srv\n"}
    world = _world(files=files)
    _tallies(world).kept["/srv", "alice"] = (Failure(NOW, "x"),) * 2
    assert _answer(world, "preauth") == AUTH_ERR
    assert _answer(world, "preauth deny=3") == SUCCESS
    assert _answer(world, "preauth dir=/other") == SUCCESS


def test_the_distributions_file_counts_where_there_is_no_other() -> None:
    vendor: dict[str, bytes | str | OSError] = {"/usr/etc/security/faillock.conf": "deny=1\nsilent"}
    assert _answer(_world(1, files=vendor), "") == AUTH_ERR
    assert _answer(_world(1, files=vendor | {_CONF: ""}), "") == SUCCESS


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("conf=/etc/own", {}),
        ("conf=", {_CONF: ""}),
        ("conf=etc/own", {"/etc/own": ""}),
        ("conf=/etc/own", {"/etc/own": "deny=3\0\n"}),
        ("conf=/etc/own", {"/etc/own": IsADirectoryError(21, "Is a directory")}),
        ("conf=/etc/good conf=/etc/own", {"/etc/good": ""}),
        ("", {_CONF: PermissionError(13, "Permission denied")}),
        ("", {_CONF: "#" * (1 << 21)}),
    ],
)
@pytest.mark.parametrize("primitive", [Primitive.AUTHENTICATE, Primitive.ACCT_MGMT])
def test_a_file_that_is_no_good_refuses(
    line: str, files: dict[str, bytes | str | OSError], primitive: Primitive
) -> None:
    world = _world(files=files)
    policy = f"auth required pam_faillock.so {line}\naccount required pam_faillock.so {line}\n"
    assert Trial(policy, pam_faillock, world=world).call(primitive) == ReturnCode.SERVICE_ERR
    assert _log(world)[-1] == "Configuration file missing or broken"


def test_what_is_not_known_is_logged_and_what_is_gone_says_what_to_do() -> None:
    world = _world()
    assert _answer(world, "onerr=fail per_user") == SUCCESS
    assert [line for line in _log(world) if line.startswith("Unknown")] == [
        "Unknown option: onerr",
        "Unknown option: per_user",
    ]
    _, problems = FaillockOptions.parse(["onerr=fail", "quiet", "file=/x"])
    assert [problem.rule for problem in problems] == ["deprecated-option"] * 3
    assert all("of pam_tally" in problem.message for problem in problems)


def test_a_failure_takes_two_seconds_unless_it_is_said() -> None:
    def delay(line: str) -> int:
        trial = Trial(
            f"auth required pam_faillock.so silent {line}\n",
            *(pam_faillock,),
            world=_world(1, 1, 1),
        )
        heard: list[int] = []
        trial.handle.delay_callback = lambda _, microseconds: heard.append(microseconds)
        trial.authenticate()
        return max(heard, default=0)

    assert delay("") > 1_000_000
    assert delay("nodelay") == 0


# --- files that cannot be used ------------------------------------------------------------------

_DENIED, _MISSING = PermissionError(13, "Permission denied"), FileNotFoundError(2, "No such file")


@pytest.mark.parametrize(
    ("step", "line", "said"),
    [
        ("hold", "preauth", "opening"),
        ("hold", "authfail", "opening"),
        ("hold", "authsucc", "opening"),
        ("failures", "preauth", "reading"),
        ("failures", "authfail", "reading"),
        ("failures", "authsucc", "reading"),
        ("record", "authfail", "writing"),
    ],
)
def test_a_file_that_fails_is_an_error(step: str, line: str, said: str) -> None:
    world = _world(1)
    _tallies(world).faults[step] = OSError(5, "Input/output error")
    assert _answer(world, line) == ReturnCode.SYSTEM_ERR
    assert _log(world) == [f"Error {said} the tally file for alice: Input/output error"]
    assert _tallies(world).held == []


@pytest.mark.parametrize("step", ["hold", "failures"])
def test_account_does_not_let_by_who_cannot_be_looked_up(step: str) -> None:
    world = _world(1)
    policy = "auth required pam_permit.so\naccount required pam_faillock.so\n"
    trial = Trial(policy, pam_faillock, pam_permit, world=world)
    trial.handle.set_data("pam_faillock:auth_executed", 1, None)
    _tallies(world).faults[step] = OSError(5, "Input/output error")
    assert trial.acct_mgmt() == ReturnCode.SYSTEM_ERR


def test_what_cannot_be_forgotten_counts_on() -> None:
    world = _world(1)
    _tallies(world).faults["clear"] = OSError(5, "Input/output error")
    assert _answer(world, "authsucc") == SUCCESS
    assert _log(world) == ["Error clearing the tally file for alice: Input/output error"]


@pytest.mark.parametrize(("line", "expected"), [("authfail", IGNORED), ("authsucc", SUCCESS)])
def test_where_no_file_can_be_kept_nobody_is_locked(line: str, expected: ReturnCode) -> None:
    world = _world()
    _tallies(world).faults["hold"] = _MISSING
    assert _answer(world, line) == expected
    assert len(_log(world)) == (line == "authfail")


class _NoRoom(MemoryTallies):
    """No file can be made."""

    def __init__(self, fault: int) -> None:
        super().__init__()
        self.fault = fault

    def hold(self, directory: str, user: str, uid: int, *, create: bool) -> Any:
        if create and (directory, user) not in self.kept:
            raise OSError(self.fault, os.strerror(self.fault))
        return super().hold(directory, user, uid, create=create)


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EACCES])
def test_where_no_file_can_be_made_who_knows_the_secret_comes_in(fault: int) -> None:
    """With a full disk nobody could log in otherwise; C lets them in as well."""
    world = _world().changed(tallies=_NoRoom(fault))
    assert _with_account(world, "preauth", "") == (SUCCESS, SUCCESS)
    assert _answer(world, "authsucc") == SUCCESS
    assert _log(world) == []
    assert _answer(world, "authfail") == ReturnCode.SYSTEM_ERR


@pytest.mark.parametrize("line", ["preauth", "authfail", "authsucc"])
def test_who_may_not_open_the_file_is_let_by_unless_it_is_root(line: str) -> None:
    """A screen locker has no rights; root is refused a file only where something is wrong."""
    world = _world(1, 1, 1, uid=1000)
    _tallies(world).faults["hold"] = _DENIED
    assert _answer(world, line) == (IGNORED if line == "authfail" else SUCCESS)
    world = _world(1, 1, 1)
    _tallies(world).faults["hold"] = _DENIED
    assert _answer(world, line) == ReturnCode.SYSTEM_ERR


def test_a_file_that_another_holds_is_waited_for_but_not_for_ever() -> None:
    world, outside = _world(1, 1, 1), StandInOutside()
    _tallies(world).busy = 20
    assert _answer(world, "preauth silent nodelay", outside=outside) == AUTH_ERR
    assert len(outside.slept) == 20
    _tallies(world).busy = 1000
    assert _answer(world, "preauth nodelay", outside=outside) == ReturnCode.SYSTEM_ERR
    assert 9 < sum(outside.slept) < 11
    assert _log(world) == ["Error opening the tally file for alice: Another has it for too long"]


# --- sixteen at once ----------------------------------------------------------------------------

_AT_ONCE, _DENY = 16, 3
_ROUNDS = 8 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))


class _Outside(StandInOutside):
    """Waits as long as it is asked to: the others are processes."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class _Watched(DiskTally):
    """Notes, while it is held, that a failure is put on record, or all are forgotten."""

    __slots__ = ("notes",)
    notes: int

    def record(self, failures: Sequence[Failure], at: int) -> None:
        super().record(failures, at)
        os.write(self.notes, b"w")

    def clear(self) -> None:
        super().clear()
        os.write(self.notes, b"r")


class _Tallies(DiskTallies):
    def __init__(self, root: Path) -> None:
        super().__init__(Root(str(root)))
        self.notes = -1

    def hold(self, directory: str, user: str, uid: int, *, create: bool) -> DiskTally:
        held = super().hold(directory, user, uid, create=create)
        watched = _Watched(held._descriptor)
        watched.notes = self.notes
        return watched


class _Guess(Options):
    words: tuple[str, ...] = rest("what the guess is")


def _guess(together: Callable[[], object]) -> Module:
    """Return a module that takes the right guess, after a while."""

    def guess(call: ModuleCall[Any]) -> ReturnCode:
        if "together" in call.args:
            together()
        if "late" in call.args:
            time.sleep(0.002)
        return SUCCESS if "right" in call.args else AUTH_ERR

    declaration = declare(
        "pam_guess",
        options=_Guess,
        answers={Primitive.AUTHENTICATE: "success auth_err"},
        examples=[example("x", "auth required pam_guess.so")],
    )
    return Module("pam_guess", declaration, {Primitive.AUTHENTICATE: guess})


def _guesser(
    root: Path, wiring: str, who: int, barrier: Any, right: int
) -> Callable[[], list[int]]:
    """Return a process that guesses once a round, together with the others."""

    def guess() -> list[int]:
        tallies = _Tallies(root)
        world = memory_world(users=[account("alice", os.geteuid() or 1000)], now=NOW).changed(
            tallies=tallies, process=StandInProcess(uid=os.geteuid())
        )
        codes = []
        for number in range(_ROUNDS):
            # It is not always the same ones that guess right, nor as many of them.
            knows = (who * 7 + number) % _AT_ONCE < right
            policy = (
                _MANUAL[wiring]
                .format(
                    words=f"dir=/round{number} deny={_DENY} silent nodelay",
                    # In turn: all have passed preauth when the first answers, or come as they come.
                    guess="right late"[: 10 if number % 4 < 2 else 5] * knows
                    + " together" * (number % 2),
                )
                .replace(
                    "account required pam_faillock.so",
                    f"account required pam_faillock.so dir=/round{number} nodelay",
                )
            )
            trial = Trial(
                policy,
                *(pam_faillock, pam_deny, pam_permit, _guess(barrier.wait)),
                world=world,
                outside=_Outside(),
            )
            notes = os.open(root / f"notes{number}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            tallies.notes = notes
            barrier.wait()
            code = trial.authenticate()
            codes.append(int(code or trial.acct_mgmt()))
            os.close(notes)
        return codes

    return guess


@pytest.mark.parametrize("right", [0, 1, 8, _AT_ONCE])
@pytest.mark.parametrize("wiring", _MANUAL)
def test_of_sixteen_guesses_at_once_no_more_than_deny_get_an_honest_answer(
    tmp_path: Path, wiring: str, right: int
) -> None:
    barrier = multiprocessing.get_context("fork").Barrier(_AT_ONCE)
    ended = all_at_once(
        [_guesser(tmp_path, wiring, who, barrier, right) for who in range(_AT_ONCE)]
    )
    assert {each.how for each in ended} == {"returned"}, ended
    for number in range(_ROUNDS):
        notes = (tmp_path / f"notes{number}").read_text()
        codes = [each.value[number] for each in ended]
        # Honest is: it was wrong, and is on record, or right, and let in.
        assert codes.count(SUCCESS) == notes.count("r"), (number, notes, codes)
        assert all(len(wrong) <= _DENY for wrong in notes.split("r")), notes
        # Nobody comes in once the last honest answer is given.
        assert all(len(wrong) < _DENY for wrong in notes.split("r")[:-1]), notes
        if right == _AT_ONCE:
            assert codes == [SUCCESS] * _AT_ONCE  # nobody is in the way of those who know
        if right == 0:
            assert notes == "w" * _DENY


_OP = "pam_faillock suid={} "
_REACHED, _LOCK, _OVER = 2100, 2207, 2206


@pytest.mark.parametrize(
    ("line", "user", "expected"),
    [
        ("authfail", "alice", [(_REACHED, 1000), (_LOCK, 1000)]),
        ("authfail deny=4", "alice", []),
        ("authfail deny=2", "alice", []),
        ("authfail", "root", [(_REACHED, 0)]),
        ("authfail even_deny_root", "root", [(_REACHED, 0), (_LOCK, 0)]),
        ("authfail admin_group=wheel", "alice", [(_REACHED, 1000)]),
        ("preauth", "alice", []),
        ("authsucc", "alice", []),
    ],
)
def test_the_audit_is_told_when_an_account_is_locked(
    line: str, user: str, expected: list[tuple[int, int]]
) -> None:
    world = _world(60, 30, user=user)
    _answer(world, line, user=user)
    assert isinstance(world.audit, MemoryAudit)
    told = [(kind, _OP.format(uid), None, None, None, True) for kind, uid in expected]
    assert world.audit.records == told


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("preauth unlock_time=10", []),
        ("authsucc unlock_time=10", [_OVER]),
        ("authfail unlock_time=10", [_OVER]),
        ("authfail unlock_time=10 deny=1", [_OVER, _REACHED, _LOCK]),
        ("authsucc unlock_time=60", []),
    ],
)
def test_the_audit_is_told_when_a_lock_is_over(line: str, kinds: list[int]) -> None:
    world = _world(60, 40, 30)
    _answer(world, line, items={Item.RHOST: "far", Item.TTY: "ssh"})
    assert isinstance(world.audit, MemoryAudit)
    assert [record[0] for record in world.audit.records] == kinds
    over = [record for record in world.audit.records if record[0] == _OVER]
    assert over == [(_OVER, _OP.format(1000), None, "far", "ssh", True)] * (_OVER in kinds)


@pytest.mark.parametrize("line", ["authfail", "authfail unlock_time=10", "authsucc unlock_time=10"])
def test_who_is_not_accounted_for_is_refused_and_the_failure_counts(line: str) -> None:
    ago = (60, 40, 30) if "unlock" in line else (60, 40)
    world = _world(*ago)
    assert isinstance(world.audit, MemoryAudit)
    world.audit.fault = OSError(105, "No buffer space available", "audit_log_user_message")
    assert _answer(world, line) == ReturnCode.SYSTEM_ERR
    when = [failure.when for failure in _tallies(world).kept[D, "alice"]]
    assert (NOW in when) == ("authfail" in line)
    assert when  # what is on record was not forgotten either
    assert "Error sending audit message: No buffer space available" in _log(world)
