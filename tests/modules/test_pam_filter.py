"""pam_filter: a program between the application and its terminal."""

from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.modules import pam_filter
from pamkit.testing.accounts import account
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Script, visible
from pamkit.testing.terminal_filters import MemoryTerminalFilters, PutFilter
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret

_C, _P = ReturnCode, Primitive


class _Machine:
    """A world with a terminal, and a transaction in it."""

    def __init__(
        self, options: str = "", *, terminal: str = "/dev/tty1", user: str | None = "alice"
    ) -> None:
        self.process = StandInProcess(terminal=terminal)
        self.world: World = memory_world(users=[account("alice")], process=self.process)
        assert isinstance(self.world.terminal_filters, MemoryTerminalFilters)
        self.filters = self.world.terminal_filters
        line = f"required pam_filter.so {options}\n"
        policy = "".join(f"{word} {line}" for word in ("auth", "account", "password", "session"))
        self.trial = Trial(policy, pam_filter, world=self.world, user=user, conversation=Script())

    @property
    def put(self) -> list[PutFilter]:
        return self.filters.filters

    @property
    def lines(self) -> list[str]:
        assert isinstance(self.world.log, MemoryLog)
        return [text.partition("): ")[2] for text in self.world.log.texts if "pam_filter(" in text]


_KINDS = {
    _P.AUTHENTICATE: ("authenticate", "run1"),
    _P.SETCRED: ("setcred", "run2"),
    _P.OPEN_SESSION: ("open_session", "run1"),
    _P.CLOSE_SESSION: ("close_session", "run2"),
}


@pytest.mark.parametrize("run", ["run1", "run2"])
def test_a_filter_runs_when_it_is_meant_to(run: str) -> None:
    for primitive, (kind, wanted) in _KINDS.items():
        machine = _Machine(f"{run} /sbin/filter debug x")
        assert machine.trial.call(primitive) == _C.SUCCESS
        given = (("ARGS", "/sbin/filter debug x"), ("SERVICE", "test"), ("USER", "alice"))
        expected = [PutFilter("/sbin/filter", (*given, ("TYPE", kind)))] if run == wanted else []
        assert (primitive, machine.put) == (primitive, expected)
        assert machine.lines == []


@pytest.mark.parametrize("run", ["run1", "run2"])
def test_account_runs_either_and_says_setcred(run: str) -> None:
    machine = _Machine(f"{run} /sbin/filter")
    assert machine.trial.acct_mgmt() == _C.SUCCESS
    assert dict(machine.put[0].environment)["TYPE"] == "setcred"


@pytest.mark.parametrize("run", ["run1", "run2"])
def test_a_password_change_has_two_occasions_and_one_filter(run: str) -> None:
    machine = _Machine(f"{run} /sbin/filter")
    assert machine.trial.chauthtok() == _C.SUCCESS
    assert [dict(each.environment)["TYPE"] for each in machine.put] == ["chauthtok"]


def test_without_a_filter_only_the_terminal_is_named() -> None:
    machine = _Machine()
    assert machine.trial.authenticate() == _C.SUCCESS
    assert (machine.trial.handle.texts.get(Item.TTY), machine.put) == ("/dev/tty1", [])


def test_the_terminal_is_named_before_or_behind_the_filter_or_not() -> None:
    for options, expected in (("", "/dev/tty1"), ("new_term", "/dev/pts/9"), ("non_term", None)):
        machine = _Machine(f"{options} run1 /sbin/filter")

        def change(machine: _Machine = machine) -> None:
            machine.process._terminal = "/dev/pts/9"

        machine.filters.then = change
        assert machine.trial.open_session() == _C.SUCCESS
        assert (options, machine.trial.handle.texts.get(Item.TTY)) == (options, expected)


def test_a_terminal_that_the_application_names_stays() -> None:
    machine = _Machine("new_term run1 /sbin/filter", terminal="")
    machine.trial.handle.texts[Item.TTY] = "/dev/tty7"
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.trial.handle.texts[Item.TTY] == "/dev/tty7"


def test_without_a_terminal_there_is_no_success() -> None:
    machine = _Machine("run1 /sbin/filter", terminal="")
    assert machine.trial.open_session() == _C.ABORT
    assert machine.put == []
    assert machine.lines == ["couldn't get the tty name", "tried and failed to set PAM_TTY"]
    machine = _Machine("new_term run1 /sbin/filter", terminal="")
    assert machine.trial.open_session() == _C.ABORT
    assert machine.lines[-1] == "tried and failed to set new terminal as PAM_TTY"
    machine = _Machine("non_term run1 /sbin/filter", terminal="")
    assert machine.trial.open_session() == _C.SUCCESS


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("run1", "no run filter supplied"),
        ("run1 filter", None),
        ("run1 ./filter", None),
        ("run1 run1", None),
        ("run1 debug /sbin/filter", None),
    ],
)
def test_a_filter_without_an_absolute_path_is_refused(options: str, line: str | None) -> None:
    machine = _Machine(options)
    assert machine.trial.open_session() == _C.ABORT
    said = [] if line is None else [line]
    assert machine.lines == [*said, "filtername not permitted; full pathname required"]
    assert machine.put == []


def test_words_in_front_of_the_filter_that_mean_nothing_are_named_in_the_log() -> None:
    machine = _Machine("nonsense run2 /sbin/filter junk")
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.lines == ["unrecognized option: nonsense"]
    machine = _Machine("/sbin/filter run1")
    assert machine.trial.open_session() == _C.ABORT
    assert machine.lines[:2] == ["unrecognized option: /sbin/filter", "no run filter supplied"]


def test_a_user_who_gives_no_name_is_unknown() -> None:
    machine = _Machine("run1 /sbin/filter", user=None)
    machine.trial.conversation = Script(visible("login:", None))
    assert machine.trial.open_session() == _C.SUCCESS
    assert dict(machine.put[0].environment)["USER"] == "<unknown>"


def test_nobody_is_asked_for_a_name_without_a_filter() -> None:
    assert _Machine("run1", user=None).trial.open_session() == _C.ABORT
    assert _Machine("", user=None).trial.open_session() == _C.SUCCESS


def test_debug_says_what_happens() -> None:
    machine = _Machine("debug run1 /sbin/filter x")
    assert machine.trial.acct_mgmt() == _C.SUCCESS
    assert machine.lines == [
        "will run filter /sbin/filter",
        "filter[setcred]: /sbin/filter",
        "environment:",
        "  ARGS=/sbin/filter x",
        "  SERVICE=test",
        "  USER=alice",
        "  TYPE=setcred",
        "filter/setcred, returning 0",
        "[Success]",
    ]


def test_the_process_that_stays_behind_forgets_the_passwords() -> None:
    machine = _Machine("debug run1 /sbin/filter")
    machine.filters.plays_parent = True
    token = Secret("old")
    machine.trial.handle.set_token(Item.AUTHTOK, token)
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.trial.handle.tokens == {}
    assert "parent process exited" in machine.lines


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ("openpty", "no master terminal"),
        ("tcgetattr", "couldn't copy terminal mode: broken"),
        ("tcsetattr", "couldn't put terminal in RAW mode: broken"),
        ("socketpair", "couldn't open a stream pipe: broken"),
        ("execve", "filter: /sbin/filter: broken"),
        ("fork", "first fork failed: broken"),
        ("setsid", "child cannot become new session: broken"),
        ("open", "cannot open slave terminal: broken"),
        ("dup2", "unable to re-assign STDIN/OUT/ERR: broken"),
        ("threads", "no filter for a process with threads: broken"),
        (None, "broken"),
    ],
)
def test_a_filter_that_cannot_be_put_there_is_no_success(step: str | None, line: str) -> None:
    machine = _Machine("new_term run1 /sbin/filter")
    machine.filters.fault = OSError(5, "broken", *([] if step is None else [step]))
    assert machine.trial.open_session() == _C.ABORT
    assert machine.lines == [line]
    assert Item.TTY not in machine.trial.handle.texts
