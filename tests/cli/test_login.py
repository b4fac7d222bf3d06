"""`pamkit login` on a terminal of a private machine, with the policies of Debian."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pamkit.cli import login
from pamkit.cli.own_terminal import OwnTerminal
from pamkit.stores.session_registry import SessionRegistry
from tests.cli.login_scenes import ROOT
from tests.native.programs.machine import UNSHARE

pytestmark = pytest.mark.needs("root", "private-machine", "login")

Scenes = dict[str, dict[str, Any]]
_LEFT = "who", "sessions", "left"


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Scenes:
    """All scenes, played once for all processes that run tests."""
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent
    with (place / "login-scenes").open("a+") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        kept.seek(0)
        seen: Scenes = json.loads(kept.read() or _played())
        kept.truncate(0)
        json.dump(seen, kept)
    return seen


def _played() -> str:
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-m", "tests.cli.login_scenes"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout.splitlines()[-1]


def _value(scene: dict[str, Any], name: str) -> str:
    """Return what a shell said of something: what stands behind `name=`."""
    lines = [line.strip() for line in str(scene["said"]).splitlines()]
    return next(line.partition("=")[2] for line in lines if line.startswith(f"{name}="))


def test_a_right_password_opens_the_users_shell_and_its_status_is_the_programs(
    scenes: Scenes,
) -> None:
    seen = scenes["a_shell"]
    home = f"/home/alice at=/home/alice arg={_value(seen, 'home').rpartition('=')[2]}"
    assert (seen["status"], _value(seen, "home")) == (7, home)
    assert home.endswith("=-bash")


def test_the_shell_has_the_users_ids_and_the_groups_that_modules_gave(scenes: Scenes) -> None:
    assert _value(scenes["a_shell"], "id") == "2001:2001:2001 27"


def test_the_shell_has_the_environment_of_a_login_and_nothing_of_the_program_before(
    scenes: Scenes,
) -> None:
    names = set(_value(scenes["a_shell"], "env").split())
    assert {"HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "MAIL"} <= names
    assert not {"LEFT", "PYTHONPATH"} & names


def test_the_terminal_is_the_users_while_the_shell_runs(scenes: Scenes) -> None:
    assert _value(scenes["a_shell"], "tty") == "alice:600"


def test_b19_b20_who_and_last_of_the_system_print_the_login_and_its_end(scenes: Scenes) -> None:
    seen = scenes["a_shell"]
    assert _value(seen, "who").startswith("alice pts/0 ")  # while it lasted
    assert seen["who"] == ""
    assert [kind[:3] for kind in seen["utmpdump"].splitlines()] == ["[7]", "[8]"]
    first = seen["last"].splitlines()[0]
    assert first.startswith("alice    pts/0")
    assert first.endswith("(00:00)")
    assert "pts/0" in seen["lastlog"]


def test_pamkit_prints_the_same_login(scenes: Scenes) -> None:
    (file,) = scenes["a_shell"]["ours"]["files"]
    logins = [(each["user"], each["line"], each["ending"]) for each in file["logins"]]
    assert logins == [("alice", "pts/0", "logout")]
    assert "pts/0" in scenes["a_shell"]["ours_lastlog"]


def test_no_session_is_left_on_record(scenes: Scenes) -> None:
    assert scenes["a_shell"]["sessions"] == ""


def test_a_wrong_password_is_on_record_and_logged_and_the_next_may_be_right(
    scenes: Scenes,
) -> None:
    seen = scenes["a_wrong_password_and_a_right_one"]
    assert (seen["status"], "Login incorrect" in seen["said"]) == (0, True)
    assert seen["lastb"].startswith("alice    pts/0        far.example")
    line = "FAILED LOGIN (1) on '/dev/pts/N' from 'far.example' FOR 'alice', Authentication failure"
    assert [each for each in seen["log"] if line in each]


def test_after_so_many_wrong_passwords_nobody_is_asked_again(scenes: Scenes) -> None:
    seen = scenes["too_many_wrong_passwords"]
    assert (seen["status"], "Too many tries" in seen["said"]) == (1, True)
    assert (seen["who"], "alice" in seen["wtmp"]) == ("", False)


def test_a_password_that_is_due_is_changed_on_the_way_in(scenes: Scenes) -> None:
    seen = scenes["a_password_that_is_due"]
    assert (_value(seen, "is"), seen["changed"]) == ("stale", True)


def test_an_expired_account_stays_outside(scenes: Scenes) -> None:
    seen = scenes["an_expired_account"]
    assert (seen["status"], "[shell of gone]" in seen["said"]) == (1, False)


def test_root_logs_in_and_that_is_logged(scenes: Scenes) -> None:
    seen = scenes["root"]
    assert _value(seen, "is") == "0"
    assert [line for line in seen["log"] if "ROOT LOGIN on '/dev/pts/N'" in line]


def test_who_was_authenticated_before_is_asked_for_nothing(scenes: Scenes) -> None:
    seen = scenes["trusted"]
    assert (_value(seen, "is"), "Password" in seen["said"]) == ("alice", False)


def test_nobody_but_root_comes_in_while_nologin_stands(scenes: Scenes) -> None:
    said = scenes["nologin"]["said"]
    assert ("The machine is going down." in said, "[shell of" in said) == (True, False)


def test_who_takes_too_long_is_told_so(scenes: Scenes) -> None:
    seen = scenes["too_slow"]
    assert (seen["status"], "timed out after 1 seconds" in seen["said"]) == (1, True)


@pytest.mark.parametrize(
    ("scene", "why"),
    [
        ("nobody_else_may", "only root can log anybody in"),
        ("no_terminal", "standard input is no terminal"),
    ],
)
def test_where_it_cannot_work_it_says_why(scenes: Scenes, scene: str, why: str) -> None:
    assert (scenes[scene]["status"], why in scenes[scene]["said"]) == (2, True)


def test_who_has_no_home_begins_at_the_root(scenes: Scenes) -> None:
    assert _value(scenes["no_home"], "at") == "/:/"


@pytest.mark.parametrize("scene", ["a_hangup", "an_end"])
def test_a_hangup_or_an_end_ends_the_shell_and_closes_everything(
    scenes: Scenes, scene: str
) -> None:
    seen = scenes[scene]
    assert seen["before"].startswith("alice    pts/0")
    assert [seen[name] for name in _LEFT] == ["", "", ""]
    assert seen["last"].splitlines()[0].endswith("(00:00)")
    # Where the line goes, the shell may see the end of its input before the hangup.
    usual = {128 + signal.SIGHUP} | ({0} if scene == "a_hangup" else set())
    assert os.waitstatus_to_exitcode(seen["status"]) in usual


def test_no_key_leaves_an_image_of_what_was_typed(scenes: Scenes) -> None:
    assert scenes["somebody_quits"]["status"] == 5


@pytest.mark.parametrize("group", ["9" * 10, "9" * 5000, "no-such-group", ""])
def test_a_group_of_terminals_that_is_none_changes_nothing(group: str) -> None:
    master, terminal = os.openpty()
    try:
        before = os.fstat(terminal)
        with OwnTerminal(terminal, before.st_uid, group, "0600"):
            assert os.fstat(terminal).st_gid == before.st_gid
    finally:
        os.close(master)
        os.close(terminal)


def test_a_registry_that_takes_no_session_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, logged = str(tmp_path / "own" / "sessions.sqlite"), list[str]()
    monkeypatch.setattr("pamkit.cli.login.syslog.syslog", lambda _, line: logged.append(line))
    assert (login._usable(path), logged) == (path, [])
    with SessionRegistry(path) as registry:
        assert registry.sessions() == ()
        registry._database.execute("DROP TABLE sessions")  # as where the disk is full
    assert (login._usable(path), len(logged)) == (None, 1)


@pytest.mark.parametrize("said", ["", "-1", "x", "1" * 10, "1" * 5000])
def test_a_setting_that_is_no_number_that_fits_is_as_if_it_were_not_there(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(login, "_setting_text", lambda _: said)
    assert login._setting("LOGIN_TIMEOUT", 60) == 60


def test_a_hangup_while_the_session_is_opened_leaves_nothing_open(scenes: Scenes) -> None:
    seen = scenes["a_hangup_before_there_is_a_shell"]
    assert [seen[name] for name in _LEFT] == ["", "", ""]
    assert seen["status"] == 128 + signal.SIGHUP


_LISTENS_THE_SECOND_TIME = """
import signal
signal.signal(signal.SIGHUP, lambda *_: signal.signal(signal.SIGHUP, signal.SIG_DFL))
print("ready", flush=True)
while True:
    signal.pause()
"""

_WAITS_FOR_IT = f"""
import subprocess, sys
from pamkit.cli import login
shell = [sys.executable, "-c", {_LISTENS_THE_SECOND_TIME!r}]
login._begin = lambda *_: subprocess.Popen(shell)
sys.exit(login._shell(None, None, []))
"""


def test_a_shell_that_did_not_listen_is_told_once_more() -> None:
    """As bash between its prompt and its reading: it would wait until somebody types."""
    words = [sys.executable, "-c", _WAITS_FOR_IT]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == "ready\n"
        waiting.terminate()
        try:
            assert waiting.wait(20) == 128 + signal.SIGHUP
        finally:
            waiting.kill()


def test_what_a_killed_login_left_is_found_and_reaped_once(scenes: Scenes) -> None:
    seen = scenes["a_death"]
    assert seen["sessions"].rstrip().endswith("its process has gone")
    assert seen["reaped"].rstrip().endswith("closed")
    assert (seen["again"], seen["who"]) == ("", "")
    assert seen["last"].splitlines()[0].endswith("(00:00)")


def test_the_su_of_the_examples_becomes_the_user_and_closes_its_session(scenes: Scenes) -> None:
    seen = scenes["the_su_of_the_examples"]
    user = "home=/home/alice as=alice with=/bin/bash"
    assert f"id=2001:2001 27 in=/ left=over {user}" in seen["one"]
    assert f"id=2001:2001 27 in=/home/alice left= {user}" in seen["login"]
    assert [line.partition("): ")[2].split(" for")[0] for line in seen["log"]] == [
        "session opened",
        "session closed",
    ] * 2


def test_the_su_of_the_examples_refuses_who_does_not_know_the_password(scenes: Scenes) -> None:
    seen = scenes["the_su_of_the_examples"]
    assert (seen["status"], "id=" in seen["refused"]) == (1, False)
