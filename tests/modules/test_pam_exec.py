"""pam_exec with programs that are scripted, and a few real ones."""

from __future__ import annotations

import errno
import time
from typing import TYPE_CHECKING, Any

import pytest

from pamkit.module.program import Finished, NoOutput, Run
from pamkit.modules import pam_exec
from pamkit.stores.system import system_outside
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside, StandInProgram
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, error, hidden, info, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Answer, Message, Style
from pamkit.vocab.secret import Secret

if TYPE_CHECKING:
    from pamkit.engine.driver import Outside

_C = ReturnCode
_NO_FILE = "No such file or directory"


class _Outside(StandInOutside):
    """Programs that end as scripted; keeps what they could read, which is wiped afterwards."""

    def __init__(self, *results: Finished | OSError) -> None:
        super().__init__()
        self.results = list(results)
        self.read: list[bytes] = []
        self.programs: list[StandInProgram] = []

    def start(self, run: Run) -> StandInProgram:
        self.read.append(run.stdin.expose() if isinstance(run.stdin, Secret) else run.stdin)
        self.programs.append(super().start(run))
        return self.programs[-1]


def _trial(args: str, outside: Outside, *lines: Line, **given: Any) -> Trial:
    policy = "".join(
        f"{word} [default=bad success=ok ignore=ok] pam_exec.so {args}\n"
        for word in ("auth", "account", "password", "session")
    )
    given.setdefault("conversation", Script(*lines))
    return Trial(policy, pam_exec, outside=outside, **given)


def _logged(trial: Trial) -> list[str]:
    assert isinstance(trial.world.log, MemoryLog)
    return [text.partition(": ")[2] for text in trial.world.log.texts if text.startswith("pam_")]


_KINDS = {
    Primitive.AUTHENTICATE: "auth",
    Primitive.ACCT_MGMT: "account",
    Primitive.OPEN_SESSION: "open_session",
    Primitive.CLOSE_SESSION: "close_session",
    Primitive.CHAUTHTOK: "password",
}


@pytest.mark.parametrize(("primitive", "kind"), _KINDS.items())
def test_a_program_that_succeeds_is_success(primitive: Primitive, kind: str) -> None:
    outside = _Outside(Finished(0))
    trial = _trial("/bin/x one debug type=y", outside)
    assert trial.call(primitive) == _C.SUCCESS
    (run,) = outside.ran
    assert run.argv == ("/bin/x", "one", "debug", "type=y")
    assert dict(run.environment)["PAM_TYPE"] == kind
    assert (run.into, run.heading, run.new_session) == ("/dev/null", None, True)
    assert [program.closed for program in outside.programs] == [True]


@pytest.mark.parametrize(
    ("finished", "how"),
    [
        (Finished(1), "exit code 1"),
        (Finished(255), "exit code 255"),
        (Finished(-9), "caught signal 9"),
        (Finished(-11, dumped=True), "caught signal 11 (core dumped)"),
    ],
)
def test_a_program_that_fails_is_a_system_error_and_is_told(finished: Finished, how: str) -> None:
    line = f"/bin/x failed: {how}"
    for args, told, logged in (
        ("", [error(line)], [line]),
        ("quiet", [], [line]),
        ("QUIET_LOG", [error(line)], []),
        ("quiet quiet_log", [], []),
    ):
        trial = _trial(f"{args} /bin/x", _Outside(finished), *told)
        assert trial.acct_mgmt() == _C.SYSTEM_ERR
        assert _logged(trial) == logged


def test_a_program_that_cannot_be_started_is_a_system_error() -> None:
    missing = FileNotFoundError(errno.ENOENT, _NO_FILE)
    trial = _trial("debug /bin/x", _Outside(missing), error("/bin/x failed: exit code 2"))
    assert trial.authenticate() == _C.SYSTEM_ERR
    assert _logged(trial) == [
        "Calling /bin/x ...",
        f"execve(/bin/x,...) failed: {_NO_FILE}",
        "/bin/x failed: exit code 2",
    ]


def test_a_program_below_another_root_is_not_run_and_is_no_success(tmp_path: Any) -> None:
    trial = _trial("quiet /bin/true", system_outside(str(tmp_path)))
    assert trial.authenticate() == _C.SYSTEM_ERR


def test_a_status_that_is_lost_is_no_success() -> None:
    class Lost(_Outside):
        def start(self, run: Run) -> StandInProgram:
            program = super().start(run)
            program.listen = self._lost  # type: ignore[method-assign]  # a program somebody reaped
            return program

        def _lost(self) -> bytes | Finished:
            raise ChildProcessError(errno.ECHILD, "No child processes")

    outside = Lost(Finished(0))
    trial = _trial("/bin/x", outside)
    assert trial.authenticate() == _C.SYSTEM_ERR
    assert _logged(trial) == ["waitpid returns with -1: No child processes"]
    assert outside.programs[0].closed


def test_nothing_is_run_where_there_is_nothing_to_do() -> None:
    assert _trial("/bin/x", _Outside()).setcred() == _C.IGNORE
    outside = _Outside(Finished(0))
    assert _trial("/bin/x", outside).chauthtok() == _C.SUCCESS
    assert len(outside.ran) == 1  # two passes
    assert _trial("TYPE=account /bin/x", _Outside()).authenticate() == _C.IGNORE
    assert _trial("type=auth type=account /bin/x", _Outside()).acct_mgmt() == _C.IGNORE


@pytest.mark.parametrize(
    ("args", "line"),
    [("", "This module needs at least one argument"), ("quiet", "No path given as argument")],
)
def test_without_a_program_it_is_a_service_error(args: str, line: str) -> None:
    trial = _trial(args, _Outside())
    assert trial.authenticate() == _C.SERVICE_ERR
    assert _logged(trial) == [line]


@pytest.mark.parametrize("program", ["x", "./x", "quite"])
def test_a_program_in_the_current_directory_is_not_run(program: str) -> None:
    line = f"{program} failed: exit code 2"
    trial = _trial(f"{program} /bin/x", _Outside(), error(line))
    assert trial.authenticate() == _C.SYSTEM_ERR
    assert _logged(trial) == [f"execve({program},...) failed: {_NO_FILE}", line]


# --- what the program is given ------------------------------------------------------------------


def test_the_environment_is_the_items_and_the_pam_environment() -> None:
    outside = _Outside(Finished(0))
    items = {Item.RHOST: "far", Item.TTY: "tty1", Item.RUSER: "eve"}
    trial = _trial("/bin/x", outside, items=items)
    trial.handle.putenv("LANG=C")
    assert trial.authenticate() == _C.SUCCESS
    assert outside.ran[0].environment == (
        ("LANG", "C"),
        ("PAM_SERVICE", "test"),
        ("PAM_USER", "alice"),
        ("PAM_TTY", "tty1"),
        ("PAM_RHOST", "far"),
        ("PAM_RUSER", "eve"),
        ("PAM_TYPE", "auth"),
    )


def test_nobody_forges_an_item_through_the_pam_environment() -> None:
    outside = _Outside(Finished(0))
    trial = _trial("/bin/x", outside)
    for name in ("PAM_USER", "PAM_RHOST", "PAM_RUSER", "PAM_TTY", "PAM_SERVICE", "PAM_TYPE"):
        trial.handle.putenv(f"{name}=forged")
    assert trial.authenticate() == _C.SUCCESS
    found = outside.ran[0].environment
    assert found == (("PAM_SERVICE", "test"), ("PAM_USER", "alice"), ("PAM_TYPE", "auth"))


def test_cve_2010_3853_the_application_s_environment_is_not_inherited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/home/mallory")
    heard: list[str] = []

    def converse(messages: tuple[Message, ...]) -> list[Answer]:
        heard.extend(message.text for message in messages)
        return [None for _ in messages]

    trial = _trial("stdout /usr/bin/env", system_outside(), conversation=converse)
    assert trial.authenticate() == _C.SUCCESS
    assert sorted(heard) == ["PAM_SERVICE=test", "PAM_TYPE=auth", "PAM_USER=alice"]


@pytest.mark.parametrize(
    ("args", "euid", "expected"), [("", 0, False), ("seteuid", 0, True), ("SetEuid", 1000, False)]
)
def test_root_becomes_the_real_user_if_wanted(args: str, euid: int, expected: bool) -> None:
    outside = _Outside(Finished(0))
    world = memory_world(process=StandInProcess(uid=1000, euid=euid))
    assert _trial(f"{args} /bin/x", outside, world=world).authenticate() == _C.SUCCESS
    assert outside.ran[0].as_effective_user is expected


def test_the_user_is_asked_for_first() -> None:
    outside = _Outside(Finished(0))
    trial = _trial("/bin/x", outside, visible("login:", "bob"), user=None)
    assert trial.open_session() == _C.SUCCESS
    assert dict(outside.ran[0].environment)["PAM_USER"] == "bob"


def test_nothing_is_run_for_nobody() -> None:
    trial = _trial("/bin/x", _Outside(), visible("login:", EOFError()), user=None)
    assert trial.authenticate() == _C.CONV_ERR


# --- the password -------------------------------------------------------------------------------


def test_the_password_is_asked_for_kept_and_read() -> None:
    outside = _Outside(Finished(0))
    trial = _trial("expose_authtok debug /bin/x", outside, hidden("Password: ", "secret"))
    assert trial.authenticate() == _C.SUCCESS
    assert outside.read == [b"secret"]
    assert _logged(trial) == ["send password to child", "Calling /bin/x ..."]
    assert "secret" not in repr(outside.ran)


def test_the_password_of_a_module_above_is_read() -> None:
    outside = _Outside(Finished(0), Finished(0))
    policy = "auth required pam_exec.so Expose_Authtok /bin/x\n" * 2
    script = Script(hidden("Password: ", "secret"))
    trial = Trial(policy, pam_exec, outside=outside, conversation=script)
    assert trial.authenticate() == _C.SUCCESS
    assert outside.read == [b"secret", b"secret"]


def test_the_new_password_is_read_in_a_change() -> None:
    outside = _Outside(Finished(0))
    trial = _trial("expose_authtok /bin/x", outside, hidden("Password: ", "new"))
    assert trial.chauthtok() == _C.SUCCESS
    assert outside.read == [b"new"]


def test_there_is_no_password_elsewhere() -> None:
    outside = _Outside(Finished(0))
    trial = _trial("expose_authtok /bin/x", outside)
    assert trial.open_session() == _C.SUCCESS
    assert outside.read == [b""]
    assert _logged(trial) == ["expose_authtok not supported for type open_session"]


@pytest.mark.parametrize("answer", [None, EOFError()])
def test_no_answer_is_not_an_empty_password(answer: Any) -> None:
    trial = _trial("expose_authtok /bin/x", _Outside(), hidden("Password: ", answer))
    assert trial.authenticate() == _C.CONV_ERR


def test_an_empty_password_is_one() -> None:
    outside = _Outside(Finished(0))
    trial = _trial("expose_authtok /bin/x", outside, hidden("Password: ", ""))
    assert trial.authenticate() == _C.SUCCESS
    assert outside.read == [b""]


def test_at_most_511_bytes_are_read() -> None:
    outside = _Outside(Finished(0))
    trial = _trial("expose_authtok /bin/x", outside, hidden("Password: ", "é" * 300))
    assert trial.authenticate() == _C.SUCCESS
    assert outside.read == [("é" * 300).encode()[:511]]


def test_cve_2015_3238_a_mebibyte_of_password_returns_promptly() -> None:
    for user in ("root", "nobody-at-all"):
        began = time.monotonic()
        trial = _trial(
            "expose_authtok /bin/true",
            system_outside(),
            hidden("Password: ", "x" * (1 << 20)),
            user=user,
        )
        assert trial.authenticate() == _C.SUCCESS
        assert time.monotonic() - began < 5  # a pipe that is full would hold it for ever


# --- what the program says ----------------------------------------------------------------------


def test_lines_are_shown() -> None:
    outside = _Outside(Finished(0, b"one\n\ncaf\xe9 \nnul\0behind\nlast"))
    lines = (info("one"), info(""), info("caf\udce9 "), info("nul"), info("last"))
    with Script(*lines) as script:
        trial = _trial("log=/var/log/x stdout /bin/x", outside, conversation=script)
        assert trial.authenticate() == _C.SUCCESS
    assert (outside.ran[0].into, outside.ran[0].with_errors) == ("", True)


def test_a_line_is_shown_while_the_program_runs() -> None:
    shown: list[str] = []

    def converse(messages: tuple[Message, ...]) -> list[Answer]:
        shown.extend(message.text for message in messages)
        # It waits for this file, which it would not get if lines came at the end.
        with open(shown[0], "w"):
            return [None for _ in messages]

    script = (
        'f=$(mktemp -u); echo "$f"; while [ ! -e "$f" ]; do sleep 0.01; done; rm "$f"; echo end'
    )
    outside = system_outside()
    trial = _trial(f"stdout /bin/sh -c [{script.replace(']', chr(92) + ']')}]", outside)
    trial.conversation = converse
    trial.handle.putenv("PATH=/usr/bin:/bin")
    assert trial.authenticate() == _C.SUCCESS
    assert shown[1:] == ["end"]


def test_a_line_without_an_end_is_shown_in_pieces() -> None:
    outside = _Outside(Finished(0, b"x" * ((1 << 20) + 5)))
    script = Script(info("x" * ((1 << 20) + 5)))
    assert _trial("stdout /bin/x", outside, conversation=script).authenticate() == _C.SUCCESS


def test_the_log_begins_with_the_time() -> None:
    outside = _Outside(Finished(0))
    trial = _trial("LOG=/var/log/Probe /bin/x", outside)
    assert trial.authenticate() == _C.SUCCESS
    now = trial.world.clock.local(trial.world.clock.now())
    heading = outside.ran[0].heading or b""
    assert heading.startswith(b"*** ")
    assert heading.endswith(f"{now.second:02d} {now.year}\n".encode())
    assert (outside.ran[0].into, outside.ran[0].with_errors) == ("/var/log/Probe", True)


def test_a_log_that_cannot_be_opened_is_a_system_error_and_nothing_is_run() -> None:
    denied = NoOutput(errno.EACCES, "Permission denied", "/var/log/x")
    line = "/bin/x failed: exit code 13"
    trial = _trial("debug log=/var/log/x /bin/x", _Outside(denied), error(line))
    assert trial.authenticate() == _C.SYSTEM_ERR
    assert _logged(trial) == ["open of /var/log/x failed: Permission denied", line]


@pytest.mark.parametrize("path", ["log", "../log", ""])
def test_a_log_in_the_current_directory_is_not_written(path: str) -> None:
    outside = _Outside()
    trial = _trial(f"quiet quiet_log log={path} /bin/x", outside)
    assert trial.authenticate() == _C.SYSTEM_ERR
    assert _logged(trial) == [f"open of {path} failed: {_NO_FILE}"]
    assert outside.ran == []


def test_without_a_null_device_nothing_is_run() -> None:
    missing = NoOutput(errno.ENOENT, _NO_FILE, "/dev/null")
    trial = _trial("/bin/x", _Outside(missing), error("/bin/x failed: exit code 1"))
    assert trial.authenticate() == _C.SYSTEM_ERR


def test_silence_does_not_hide_a_failure() -> None:
    script = Script(error("/bin/x failed: exit code 1"))
    trial = _trial("/bin/x", _Outside(Finished(1)), conversation=script)
    assert trial.authenticate(int(Flag.SILENT)) == _C.SYSTEM_ERR
    assert [message.style for message in script.heard] == [Style.ERROR_MSG]
