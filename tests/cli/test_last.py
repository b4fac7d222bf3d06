from __future__ import annotations

import json
import os
import pwd
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pamkit.formats.utmp import SHORT, Kind, UtmpRecord, encode
from pamkit.records.event import Happening, LoginEvent
from pamkit.records.lastlog import LastlogRecorder
from pamkit.records.lastlog2 import Lastlog2Recorder
from pamkit.records.recorder import record_all
from pamkit.records.wtmp import BtmpRecorder, WtmpRecorder
from pamkit.records.wtmpdb import WtmpdbRecorder
from pamkit.stores.login_files import DiskLoginFiles
from pamkit.stores.root import Root

from .conftest import Command

NOW = 1_700_000_000
COME = LoginEvent(
    Happening.LOGIN, NOW * 1_000_000 + 5, "alice", 1000, "pts/0", "far.example.org", "sshd", pid=1
)


@pytest.fixture(autouse=True)
def in_utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for directory in ("var/log", "var/lib/wtmpdb", "var/lib/lastlog", "etc"):
        (tmp_path / directory).mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text("alice:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:\n")
    return tmp_path


@pytest.fixture
def files(place: Path) -> DiskLoginFiles:
    return DiskLoginFiles(Root(str(place)))


def _events(*recorders: WtmpRecorder | WtmpdbRecorder) -> None:
    for event in (
        LoginEvent(Happening.BOOT, (NOW - 60) * 1_000_000, host="6.1.0"),
        COME,
        COME.changed(user="bob\x1b[2J", line="tty1", host=""),
        COME.changed(happening=Happening.LOGOUT, when=(NOW + 90_001) * 1_000_000),
    ):
        for recorded in record_all(event, recorders):
            assert recorded.fault is None


def test_logins_are_shown_with_their_ends(
    command: Command, place: Path, files: DiskLoginFiles
) -> None:
    (place / "var/log/wtmp").touch()
    _events(WtmpRecorder(files))
    ran = command("last", "--root", str(place))
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.replace("2023-11-", "") == (
        "User        Line         Host             Began                Ended "
        "               Lasted\n"
        "bob\\x1b[2J  tty1                          14 22:13:20  still logged in\n"
        "alice       pts/0        far.example.org  14 22:13:20  15 23:13:21  1+01:00\n"
        "reboot      system boot  6.1.0            14 22:12:20  still running\n"
    )


def test_both_kinds_of_files_are_shown_each_under_its_name(
    command: Command, place: Path, files: DiskLoginFiles
) -> None:
    (place / "var/log/wtmp").touch()
    _events(WtmpRecorder(files), WtmpdbRecorder(files))
    ran = command("last", "--root", str(place), "--user", "alice")
    assert (ran.status, ran.err) == (0, "")
    head, first, login, other, _, again = ran.out.splitlines()
    assert (head, other) == ("/var/lib/wtmpdb/wtmp.db:", "/var/log/wtmp:")
    assert "sshd" in login
    assert login.replace("sshd", "").split() == again.split()
    assert first.startswith("User")
    ran = command("last", "--root", str(place), "--file", "/var/log/wtmp", "--limit", "1")
    assert len(ran.out.splitlines()) == 2


def test_logins_can_be_had_as_json(command: Command, place: Path, files: DiskLoginFiles) -> None:
    _events(WtmpdbRecorder(files))
    ran = command("last", "--root", str(place), "--json")
    (file,) = json.loads(ran.out)["files"]
    assert file["file"] == "/var/lib/wtmpdb/wtmp.db"
    login, other, boot = sorted(file["logins"], key=lambda each: -(each["ended_us"] or 0))
    assert login == {
        "kind": "login",
        "user": "alice",
        "line": "pts/0",
        "host": "far.example.org",
        "service": "sshd",
        "began_us": NOW * 1_000_000 + 5,
        "ended_us": (NOW + 90_001) * 1_000_000,
        "ending": "logout",
    }
    assert [(each["kind"], each["ending"]) for each in (other, boot)] == [
        ("login", "open"),
        ("boot", "open"),
    ]


def test_failures_are_shown(command: Command, place: Path, files: DiskLoginFiles) -> None:
    (place / "var/log/btmp").touch(0o600)
    BtmpRecorder(files).record(COME.changed(happening=Happening.FAILURE, line="ssh"))
    ran = command("last", "--root", str(place), "--failed")
    assert (ran.status, ran.out) == (
        0,
        "User   Line  Host             When\nalice  ssh   far.example.org  2023-11-14 22:13:20\n",
    )
    ran = command("last", "--root", str(place), "--failed", "--json")
    assert json.loads(ran.out)["files"][0]["logins"][0]["kind"] == "failure"


def test_a_login_whose_process_is_no_more_is_said_to_be_gone(
    command: Command, tmp_path: Path
) -> None:
    records = [
        UtmpRecord(Kind.USER_PROCESS, os.getpid(), b"pts/0", b"0", b"here", seconds=NOW),
        UtmpRecord(Kind.USER_PROCESS, 2**22 + 1, b"pts/1", b"1", b"away", seconds=NOW),
    ]
    (tmp_path / "wtmp").write_bytes(b"".join(encode(each, SHORT) for each in records))
    ran = command("last", "--file", str(tmp_path / "wtmp"), "--json")
    (file,) = json.loads(ran.out)["files"]
    assert [(each["user"], each["ending"]) for each in file["logins"]] == [
        ("away", "gone"),
        ("here", "open"),
    ]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("last",), 1, "no record is kept here: neither `/var/lib/wtmpdb/wtmp.db` nor"),
        (("last", "--failed"), 1, "no record is kept here: `/var/log/btmp` is not there"),
        (("lastlog",), 1, "no record is kept here: neither `/var/lib/lastlog/lastlog2.db` nor"),
        (("last", "--file", "/none"), 1, "`/none` cannot be read: no such file or directory"),
        (("last", "--file", "none"), 2, "expected an absolute path, found `none`"),
        (("last", "--limit", "0"), 2, "argument --limit: expected a number of logins, found `0`"),
        (("last", "--limit", "x"), 2, "argument --limit: expected a number of logins, found `x`"),
        (("last", "--file", "/etc"), 1, "`/etc` cannot be read: not a regular file"),
    ],
)
def test_what_cannot_be_shown_is_said(
    command: Command, place: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    ran = command(*words, "--root", str(place))
    assert (ran.status, ran.out) == (status, "")
    assert ran.err.startswith(f"pamkit: {said}")


def test_a_root_that_is_none_is_refused(command: Command) -> None:
    ran = command("last", "--root", "/no/such/place")
    assert (ran.status, ran.err) == (2, "pamkit: `/no/such/place` is no directory\n")


# --- lastlog -------------------------------------------------------------------------------------


def test_last_logins_are_shown(command: Command, place: Path, files: DiskLoginFiles) -> None:
    (place / "var/log/lastlog").touch()
    for uid in (1000, 70_000):
        LastlogRecorder(files).record(COME.changed(uid=uid))
    ran = command("lastlog", "--root", str(place))
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        "User    Line   Host             Latest\n"
        "alice   pts/0  far.example.org  2023-11-14 22:13:20\n"
        "#70000  pts/0  far.example.org  2023-11-14 22:13:20\n"
    )
    (place / "etc/passwd").rename(place / "etc/elsewhere")
    ran = command("lastlog", "--root", str(place))
    assert "#1000   pts/0  far.example.org  2023-11-14 22:13:20\n" in ran.out
    (place / "etc/elsewhere").rename(place / "etc/passwd")
    ran = command("lastlog", "--root", str(place), "--user", "bob")
    assert ran.out == "User  Latest\nbob   never logged in\n"


def test_last_logins_by_name_are_shown(
    command: Command, place: Path, files: DiskLoginFiles
) -> None:
    Lastlog2Recorder(files).record(COME)
    Lastlog2Recorder(files).record(COME.changed(user="u" * 40, when=2**33 * 1_000_000))
    ran = command("lastlog", "--root", str(place), "--json")
    (file,) = json.loads(ran.out)["files"]
    assert file["logins"] == [
        {
            "user": "alice",
            "uid": None,
            "line": "pts/0",
            "host": "far.example.org",
            "service": "sshd",
            "when": NOW,
        },
        {
            "user": "u" * 40,
            "uid": None,
            "line": "pts/0",
            "host": "far.example.org",
            "service": "sshd",
            "when": 2**33,
        },
    ]
    ran = command("lastlog", "--root", str(place), "--user", "carol")
    assert ran.out.splitlines()[1].split() == ["carol", "never", "logged", "in"]


def test_who_is_nobody_has_no_number_to_look_for(command: Command, place: Path) -> None:
    (place / "var/log/lastlog").touch()
    ran = command("lastlog", "--root", str(place), "--user", "carol")
    said = "there is no user `carol`, and it goes by their numbers"
    assert (ran.status, ran.err) == (1, f"pamkit: `/var/log/lastlog` cannot be read: {said}\n")


def test_a_file_of_this_machine_can_be_named(command: Command, tmp_path: Path) -> None:
    (tmp_path / "table").touch()
    LastlogRecorder(DiskLoginFiles(Root("/")), str(tmp_path / "table")).record(
        COME.changed(uid=os.getuid())
    )
    ran = command("lastlog", "--file", str(tmp_path / "table"), "--json")
    (file,) = json.loads(ran.out)["files"]
    assert [each["user"] for each in file["logins"]] == [pwd.getpwuid(os.getuid()).pw_name]
