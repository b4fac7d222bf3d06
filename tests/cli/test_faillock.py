import fcntl
import json
import os
import pwd
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pamkit.cli import faillock
from pamkit.formats.faillock_tally import RHOST, TTY, VALID, Failure, encode
from pamkit.stores.clock import SystemClock

from .conftest import Command

NOW = 1_700_000_000
HEADER = "When                Type  Source                                           Valid\n"
ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        patch.setattr(SystemClock, "now", lambda _: float(NOW))
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def tallies(tmp_path: Path) -> Path:
    directory = tmp_path / "tallies"
    directory.mkdir()
    return directory


@pytest.fixture
def settings(tmp_path: Path) -> str:
    """Return an empty settings file: the machine's own says what it likes."""
    file = tmp_path / "faillock.conf"
    file.write_text("")
    return str(file)


def _put(file: Path, *failures: Failure) -> None:
    file.write_bytes(encode(failures))


_TWO = (
    Failure(NOW, "far.example.org", VALID | RHOST),
    Failure(NOW - 3600, "tty1", TTY),
)
_THREE = tuple(Failure(NOW - at, "x") for at in range(3))


def test_failures_of_a_user_are_shown(command: Command, tallies: Path, settings: str) -> None:
    _put(tallies / ME, *_TWO, Failure(5, "sshd"))
    ran = command("faillock", "--conf", settings, "--dir", str(tallies), "--user", ME)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        f"{ME}:\n{HEADER}"
        f"2023-11-14 22:13:20 RHOST {'far.example.org':52} V\n"
        f"2023-11-14 21:13:20 TTY   {'tty1':52} I\n"
        f"1970-01-01 00:00:05 SVC   {'sshd':52} V\n"
    )


def test_showing_makes_and_changes_nothing(command: Command, tallies: Path, settings: str) -> None:
    """C makes an empty file for whoever is asked about."""
    words = ("--conf", settings, "--dir", str(tallies))
    ran = command("faillock", *words, "--user", ME)
    assert (ran.status, ran.out) == (0, f"{ME}:\n{HEADER}")
    ran = command("faillock", *words, "--user", ME, "--reset")
    assert (ran.status, ran.out, os.listdir(tallies)) == (0, "", [])
    _put(tallies / ME, *_TWO)
    (tallies / ME).chmod(0o600)
    before = (tallies / ME).stat()
    command("faillock", *words)
    assert (tallies / ME).stat().st_mode == before.st_mode


def test_one_line_for_each_user_is_shown_if_wanted(
    command: Command, tallies: Path, settings: str
) -> None:
    _put(tallies / ME, *_TWO)
    ran = command("faillock", "--conf", settings, "--dir", str(tallies), "--legacy-output")
    assert ran.out == (
        "Login           Failures    Latest failure         From\n"
        f"{ME:15}     2       2023-11-14 21:13:20    tty1\n"
    )


def test_failures_are_forgotten_in_place(command: Command, tallies: Path, settings: str) -> None:
    _put(tallies / ME, *_TWO)
    inode = (tallies / ME).stat().st_ino
    ran = command("faillock", "--conf", settings, "--dir", str(tallies), "--reset")
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    assert ((tallies / ME).read_bytes(), (tallies / ME).stat().st_ino) == (b"", inode)


def test_the_directory_is_that_of_the_settings(
    command: Command, tallies: Path, tmp_path: Path
) -> None:
    file = tmp_path / "own.conf"
    file.write_text(f"dir = {tallies}\nnonsense\n")
    _put(tallies / ME, *_TWO)
    ran = command("faillock", "--conf", str(file))
    assert ran.out.startswith(f"{ME}:\n")
    assert ran.err == "Unknown option: nonsense\n"


# --- who is locked ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conf", "failures", "said", "status"),
    [
        ("", _THREE[:2], "not locked", 0),
        ("even_deny_root\n", _THREE, "locked until 2023-11-14 22:23:20", 6),
        ("even_deny_root\nunlock_time=never\n", _THREE, "locked until it is reset", 6),
        ("even_deny_root\ndeny=4\n", _THREE, "not locked", 0),
    ],
)
def test_it_is_said_who_is_locked_and_until_when(
    command: Command,
    tallies: Path,
    settings: str,
    conf: str,
    failures: tuple[Failure, ...],
    said: str,
    status: int,
) -> None:
    Path(settings).write_text(conf)
    _put(tallies / ME, *failures)
    ran = command("faillock", "--conf", settings, "--dir", str(tallies), "--locked")
    assert (ran.status, ran.out, ran.err) == (status, f"{ME}: {said}\n", "")


def test_machines_get_a_document(command: Command, tallies: Path, settings: str) -> None:
    Path(settings).write_text("even_deny_root\ndeny=2\n")
    _put(tallies / ME, *_TWO, Failure(NOW, "\x1b[2J\udcff"))
    ran = command("faillock", "--conf", settings, "--dir", str(tallies), "--json")
    form = json.loads(ran.out)
    assert (form["schema"], form["directory"]) == (1, str(tallies))
    (user,) = form["users"]
    assert user["failures"][:2] == [
        {"when": NOW, "type": "RHOST", "source": "far.example.org", "valid": True},
        {"when": NOW - 3600, "type": "TTY", "source": "tty1", "valid": False},
    ]
    assert user["failures"][2]["source"] == "\\x1b[2J\\xff"
    assert (user["user"], user["counted"], user["locked"]) == (ME, 2, True)
    assert user["until"] == NOW + 600


def test_below_another_root_its_users_and_files_count(command: Command, root: str) -> None:
    place = Path(root) / "var/run/faillock"
    place.mkdir(parents=True)
    name = (Path(root) / "etc/passwd").read_text().splitlines()[-1].partition(":")[0]
    _put(place / name, *_THREE)
    ran = command("faillock", "--root", root, "--locked", "--user", name)
    assert (ran.status, ran.out) == (6, f"{name}: locked until 2023-11-14 22:23:20\n")
    ran = command("faillock", "--root", root, "--dir", "relative")
    assert (ran.status, ran.out) == (1, "")
    assert "expected an absolute path, found `relative`" in ran.err


def test_what_a_host_calls_itself_does_nothing_to_the_terminal(
    command: Command, tallies: Path, settings: str
) -> None:
    _put(tallies / ME, Failure(NOW, "\x1b]0;x\x07", VALID | RHOST))
    ran = command("faillock", "--conf", settings, "--dir", str(tallies))
    assert "\x1b" not in ran.out
    assert "\\x1b]0;x\\x07" in ran.out


def test_a_time_beyond_all_clocks_is_complained_of(
    command: Command, tallies: Path, settings: str
) -> None:
    _put(tallies / ME, Failure(2**64 - 1, "x"), *_TWO)
    ran = command("faillock", "--conf", settings, "--dir", str(tallies))
    assert ran.out.count("\n") == 4
    assert "there is no such time" in ran.err


# --- what cannot be done ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--bogus"], "there is no option `--bogus`"),
        (["--user"], "`--user` wants a value"),
        (["--user", ""], "`--user` wants a value"),
        (["--dir", ""], "`--dir` wants a value"),
        (["alice"], "there is an argument too many"),
        (["--conf", "/nowhere/at/all"], "the settings in `/nowhere/at/all` cannot be used"),
        (["--user", "nobody-at-all"], "there is no user `nobody-at-all`"),
        (["--reset", "--locked"], "not allowed with"),
    ],
)
def test_a_command_line_of_no_use_is_status_1_as_in_c(
    command: Command, settings: str, words: list[str], said: str
) -> None:
    own = [] if "--conf" in words else ["--conf", settings]
    ran = command("faillock", *own, *words)
    assert (ran.status, ran.out) == (1, "")
    assert said in ran.err


def test_a_directory_that_is_not_there_is_status_2(command: Command, settings: str) -> None:
    ran = command("faillock", "--conf", settings, "--dir", "/nowhere/at/all")
    assert (ran.status, ran.out) == (2, "")
    assert "the directory `/nowhere/at/all` cannot be read: no such file" in ran.err


@pytest.mark.parametrize("words", [(), ("--reset",)])
def test_what_is_no_tally_is_status_3(
    command: Command, tallies: Path, settings: str, words: tuple[str, ...]
) -> None:
    (tallies / ME).mkdir()
    where = ("--conf", settings, "--dir", str(tallies))
    ran = command("faillock", *where, "--user", ME, *words)
    assert (ran.status, ran.out) == (3, "")
    assert f"the tally file of `{ME}` cannot be" in ran.err
    # C: among all users it does not count.
    assert command("faillock", *where, *words).status == 0


def test_a_file_that_cannot_be_read_or_emptied_has_its_own_status(
    command: Command, tallies: Path, settings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    _put(tallies / ME, *_TWO)
    where = ("--conf", settings, "--dir", str(tallies), "--user", ME)
    monkeypatch.setattr(os, "pread", fail)
    monkeypatch.setattr(os, "ftruncate", fail)
    assert command("faillock", *where).status == 5
    assert command("faillock", *where, "--reset").status == 4


def test_a_file_that_another_holds_for_ever_is_given_up(
    command: Command, tallies: Path, settings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(tallies / ME, *_TWO)
    monkeypatch.setattr(faillock, "_PATIENCE", 0.02)
    with (tallies / ME).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        ran = command("faillock", "--conf", settings, "--dir", str(tallies), "--user", ME)
    assert (ran.status, ran.out) == (3, "")


def test_strangers_among_all_users_are_named_and_passed_over(
    command: Command, tallies: Path, settings: str
) -> None:
    _put(tallies / "nobody-at-all", *_TWO)
    _put(tallies / ME)
    ran = command("faillock", "--conf", settings, "--dir", str(tallies))
    assert (ran.status, ran.out) == (0, f"{ME}:\n{HEADER}")
    assert "there is no user `nobody-at-all`" in ran.err


# --- the C tool ---------------------------------------------------------------------------------


def _c(*words: str) -> tuple[int, bytes]:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    done = subprocess.run(
        ["faillock", *words],
        capture_output=True,
        check=False,
        env={"PATH": path, "TZ": os.environ["TZ"]},
    )
    return done.returncode, done.stdout


_ODD = ("", "x" * 52, "far.example.org", "tty1", "a\0b", "blank blank", "naïve", ":0")


def _generated(generator: random.Random) -> tuple[Failure, ...]:
    return tuple(
        Failure(
            generator.choice((0, 5, NOW, generator.randrange(2**32), 2**33)),
            generator.choice(_ODD),
            generator.randrange(8),
            generator.randrange(3),
        )
        for _ in range(generator.choice((0, 1, 2, 5, 64, 65)))
    )


@pytest.mark.needs("faillock", "root")
def test_it_shows_what_the_c_tool_shows(
    command: Command, tallies: Path, settings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator, users = random.Random(4), [entry.pw_name for entry in pwd.getpwall()]
    for _ in range(25):
        for old in tallies.iterdir():
            old.unlink()
        chosen = generator.sample(users, min(4, len(users)))
        for user in chosen:
            _put(tallies / user, *_generated(generator))
        monkeypatch.setenv("TZ", generator.choice(("UTC", "Europe/Berlin", "America/New_York")))
        # The child sees it by itself, this process must be told.
        time.tzset()
        for words in ((), ("--user", chosen[0])):
            where = ("--dir", str(tallies), *words)
            ran = command("faillock", "--conf", settings, *where)
            assert (ran.status, ran.out.encode()) == _c(*where)
        reset = generator.choice(((), ("--user", chosen[0])))
        left = {file.name: file.read_bytes() for file in tallies.iterdir()}
        ran = command("faillock", "--conf", settings, "--dir", str(tallies), *reset, "--reset")
        ours = {file.name: file.read_bytes() for file in tallies.iterdir()}
        for name, data in left.items():
            (tallies / name).write_bytes(data)
        assert (ran.status, ran.out.encode()) == _c("--dir", str(tallies), *reset, "--reset")
        assert {file.name: file.read_bytes() for file in tallies.iterdir()} == ours


@pytest.mark.needs("faillock", "root")
@pytest.mark.parametrize(
    "words", [("--bogus",), ("--user",), ("--dir", "/nowhere/at/all"), ("--user", ME, "--dir", "")]
)
def test_its_statuses_are_the_c_tools(command: Command, words: tuple[str, ...]) -> None:
    assert command("faillock", *words).status == _c(*words)[0]
