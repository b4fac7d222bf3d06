import os
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pamkit.cli import timestamp_check
from pamkit.formats.hmac_code import SHA1
from pamkit.formats.stamp_name import DIRECTORY, KEY_NAME, StampName
from pamkit.formats.timestamp import encode
from pamkit.stores.process import ThisProcess
from pamkit.vocab.secret import Secret

from .conftest import Command

pytestmark = pytest.mark.needs("root")

KEY = bytes(range(64))


@pytest.fixture
def place(root: str) -> Path:
    """Return the directory of stamps in a root where root is logged in."""
    directory = Path(root + DIRECTORY)
    (directory / "root").mkdir(parents=True)
    (directory / KEY_NAME).write_bytes(KEY)
    (directory / KEY_NAME).chmod(0o600)
    for path in (Path(root), *Path(root).rglob("*")):
        if path.is_dir():
            os.chown(path, 0, 0)
            path.chmod(0o755)
    session = struct.pack("<h42x32s264xi40x", 7, b"root", int(time.time()) - 5000)
    (directory.parent / "utmp").write_bytes(session)
    return directory


def _stamp(place: Path, file: str = "unknown", ago: int = 10) -> Path:
    path = place / "root" / file
    name = StampName(DIRECTORY, "root", file)
    path.write_bytes(encode(name, int(time.time()) - ago, Secret(KEY), SHA1))
    return path


def _status(command: Command, root: str, *words: str) -> int:
    return command("timestamp-check", "--root", root, *words).status


def test_a_stamp_that_counts_is_0_and_none_is_7(command: Command, root: str, place: Path) -> None:
    assert _status(command, root) == 7
    _stamp(place)
    assert _status(command, root) == 0
    assert _status(command, root, "bob") == 7
    _stamp(place, "unknown:bob")
    assert _status(command, root, "bob") == 0


def test_a_stamp_is_read_and_not_only_looked_at(command: Command, root: str, place: Path) -> None:
    """For C an old one that is touched counts again."""
    _stamp(place, ago=400)
    assert _status(command, root) == 7
    _stamp(place).write_bytes(b"x")
    assert _status(command, root) == 7
    os.chown(_stamp(place), 1000, 0)
    assert _status(command, root) == 7


def test_a_stamp_from_before_the_login_does_not_count(
    command: Command, root: str, place: Path
) -> None:
    _stamp(place)
    (place.parent / "utmp").write_bytes(b"")
    assert _status(command, root) == 7


def test_a_stamp_can_be_removed_more_than_once(command: Command, root: str, place: Path) -> None:
    stamp = _stamp(place)
    assert (_status(command, root, "-k"), stamp.exists()) == (0, False)
    assert _status(command, root, "-k") == 0
    stamp.mkdir()
    assert _status(command, root, "-k") == timestamp_check.NOT_REMOVED


@pytest.mark.parametrize("user", ["", "a.b", "a/b", "../root", "100%", "x" * 300, "a:b"])
def test_cve_2014_2583_a_user_is_a_name(
    command: Command, root: str, place: Path, user: str
) -> None:
    _stamp(place)
    assert _status(command, root, user) == 4
    assert _status(command, root, "-k", user) == 4


@pytest.mark.parametrize("words", [["-k", "-d"], ["-x"], ["alice", "bob"]])
def test_a_command_line_of_no_use_is_1(command: Command, root: str, words: list[str]) -> None:
    assert _status(command, root, *words) == 1


def test_who_is_not_root_is_2(
    command: Command, root: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stamp(place)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert _status(command, root) == 2


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_closed_input_or_output_is_3(closed: int, tmp_path: Path) -> None:
    shell = ("sh", "-c", f'exec "$@" {closed}>&-', "sh")
    done = subprocess.run(
        [*shell, sys.executable, "-m", "pamkit", "timestamp-check", "--root", str(tmp_path)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 3


def test_who_has_no_account_is_4(
    command: Command, root: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ThisProcess, "uid", lambda _: 54321)
    assert _status(command, root) == 4


def test_a_directory_that_others_can_write_is_5(command: Command, root: str, place: Path) -> None:
    _stamp(place)
    place.chmod(0o777)
    ran = command("timestamp-check", "--root", root)
    assert (ran.status, ran.err) == (5, f"pamkit: `{DIRECTORY}' permissions are lax\n")
    assert _status(command, root, "-k") == 5


def test_a_terminal_that_is_none_is_6(
    command: Command, root: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ThisProcess, "terminal", lambda _, descriptor=0: "/elsewhere/tty1")
    assert _status(command, root) == 6


def test_the_first_terminal_counts(
    command: Command, root: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {0: "", 1: "/dev/pts/5", 2: "/dev/pts/6"}
    monkeypatch.setattr(ThisProcess, "terminal", lambda _, descriptor=0: names[descriptor])
    _stamp(place, "5")
    assert _status(command, root) == 0


def test_watching_says_it_again_and_again(
    command: Command, root: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp, waits = _stamp(place), []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        stamp.unlink(missing_ok=True)
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", wait)
    ran = command("timestamp-check", "--root", root, "-d")
    assert (ran.status, ran.out) == (130, "0\n7\n7\n")
    assert all(6.4 < seconds < 7.6 for seconds in waits)
