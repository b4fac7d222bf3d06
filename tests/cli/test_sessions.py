from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.cli.main import main
from pamkit.stores.session_registry import SessionRegistry
from tests.conftest import ROOT

_OPENER = """
import pamkit
pam = pamkit.Transaction("app", "alice", items={"tty": "tty7", "rhost": "far"}, confdir=CONFDIR,
                         sessions=SESSIONS, log=lambda *_: None)
pam.authenticate(); pam.acct_mgmt(); pam.setcred(); pam.open_session()
"""
_POLICY = "".join(f"{f} required pam_permit.so\n" for f in ("auth", "account", "session"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A policy, and the session of a process that has gone."""
    (tmp_path / "app").write_text(_POLICY)
    names = {"CONFDIR": str(tmp_path), "SESSIONS": str(tmp_path / "s.sqlite")}
    head = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    text = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n{head}{_OPENER}"
    subprocess.run([sys.executable, "-I", "-c", text], check=True)
    return tmp_path


def _run(place: Path, *words: str) -> int:
    return main(["sessions", "--file", str(place / "s.sqlite"), "--confdir", str(place), *words])


def _begin(place: Path, leader: int) -> str:
    with SessionRegistry(str(place / "s.sqlite")) as registry:
        return registry.begin(
            service="app", user="bob", uid=1, line="", host="", leader=leader, now=1
        )


def test_sessions_are_shown_with_what_has_become_of_them(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _begin(place, os.getpid())
    assert _run(place) == 0
    second, first = capsys.readouterr().out.splitlines()  # the older one first
    assert "open app alice tty7 from far  (process " in first
    assert first.endswith(": its process has gone")
    assert second.endswith(f"opening app bob -  (process {os.getpid()})")


def test_a_program_can_read_them(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(place, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    (session,) = found["sessions"]
    assert (found["schema"], session["user"], session["state"], session["orphan"]) == (
        1,
        "alice",
        "open",
        True,
    )
    assert "ticket" not in session


def test_reaping_closes_what_nobody_else_will(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _begin(place, os.getpid())
    assert _run(place, "reap", "--dry-run") == 0
    assert "would be closed" in capsys.readouterr().out
    assert _run(place, "reap") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith(": closed")
    with SessionRegistry(str(place / "s.sqlite")) as registry:
        assert [entry.user for entry in registry.sessions()] == ["bob"]
    assert _run(place, "reap") == 0
    assert capsys.readouterr().out == ""


def test_a_program_can_read_what_came_of_reaping(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _begin(place, os.getpid())
    seen = []
    for words in (["--dry-run"], [], []):
        assert _run(place, "reap", "--json", *words) == 0
        found = json.loads(capsys.readouterr().out)
        seen.append([(one["user"], one["outcome"]) for one in found["sessions"]])
    assert seen == [[("alice", "would be closed")], [("alice", "closed")], []]


def test_what_was_never_open_is_forgotten(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    child = subprocess.Popen(["sleep", "60"])
    _begin(place, child.pid)
    child.kill()
    child.wait()
    assert _run(place, "reap") == 0
    assert sorted(line.rpartition(": ")[2] for line in capsys.readouterr().out.splitlines()) == [
        "closed",
        "was never open",
    ]


def test_what_cannot_be_closed_says_why_and_stays(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app").write_text(_POLICY + "session required pam_deny.so\n")
    assert _run(place, "reap") == 1
    assert "cannot be closed: the policy of `app` is not that" in capsys.readouterr().out
    with SessionRegistry(str(place / "s.sqlite")) as registry:
        assert [entry.state for entry in registry.sessions()] == ["open"]


def test_without_a_record_it_says_who_makes_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path) == 2
    assert "s.sqlite`: no such file\nhelp: an application" in capsys.readouterr().err


def test_a_record_that_may_not_be_looked_at_is_not_said_to_be_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.sqlite").symlink_to("s.sqlite")
    assert _run(tmp_path) == 2
    said = capsys.readouterr().err
    assert ("no such file" in said, "s.sqlite" in said) == (False, True)


def test_reaping_speaks_the_openers_dialect_and_has_its_quirks(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"CONFDIR": str(place), "SESSIONS": str(place / "s.sqlite")}
    head = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    opener = _OPENER.replace("sessions=", "dialect='debian', quirks=('libpam-1.5',), sessions=")
    text = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n{head}{opener}"
    subprocess.run([sys.executable, "-I", "-c", text], check=True)
    assert _run(place, "reap") == 0
    assert [line.rpartition(": ")[2] for line in capsys.readouterr().out.splitlines()] == [
        "closed",
        "closed",
    ]


def test_a_record_that_was_altered_says_why_it_is_not_reaped(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with SessionRegistry(str(place / "s.sqlite")) as registry:
        registry._database.execute("UPDATE sessions SET user = 'bob'")
    assert _run(place, "reap") == 1
    assert "cannot be closed: user: the record is about `bob`" in capsys.readouterr().out


def test_credentials_that_stay_are_told_of_a_session_that_was_closed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = _POLICY + "auth required pam_debug.so cred=cred_err\n"
    (tmp_path / "app").write_text(policy)
    names = {"CONFDIR": str(tmp_path), "SESSIONS": str(tmp_path / "s.sqlite")}
    head = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    opener = _OPENER.replace("pam.setcred(); ", "")
    text = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n{head}{opener}"
    subprocess.run([sys.executable, "-I", "-c", text], check=True)
    assert _run(tmp_path, "reap") == 1
    assert ": closed, but: " in capsys.readouterr().out
    assert _run(tmp_path, "reap") == 0
