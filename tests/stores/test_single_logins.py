"""The only login of a user: its lock, and the end of what the user runs."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pamkit.stores import single_logins
from pamkit.stores.root import Root
from pamkit.stores.single_logins import NoLogins, SystemLogins, kill_all, running
from pamkit.stores.system import system_world

_NOBODYS = 2_000_000_018
"""A user number that runs nothing on any machine."""


_RUN = "run-of-the-test"
"""Where `/var/run` leads: to nothing on the machine itself, if the root were left."""


@pytest.fixture(autouse=True)
def ours() -> Iterator[set[int]]:
    """Processes that may be killed; code that takes others for the user's must not reach them."""
    started = set[int]()

    def kill(number: int, signal: int) -> None:
        assert number in started
        os.kill(number, signal)

    defaults = kill_all.__kwdefaults__
    assert defaults is not None
    assert defaults["kill"] is os.kill
    # Not by the fixture `monkeypatch`, which a test may undo.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(defaults, "kill", kill)
        yield started


@pytest.fixture
def logins(tmp_path: Path) -> SystemLogins:
    (tmp_path / _RUN / "sepermit").mkdir(parents=True)
    (tmp_path / "var").mkdir()
    (tmp_path / "var/run").symlink_to(f"/{_RUN}")
    return SystemLogins(Root(str(tmp_path)))


@pytest.fixture
def sleeper(ours: set[int]) -> Iterator[subprocess.Popen[bytes]]:
    # Not Python: it may lie where nobody else may look.
    with subprocess.Popen(("/bin/cat",), stdin=subprocess.PIPE, user=_NOBODYS) as program:
        ours.add(program.pid)
        yield program
        program.kill()


def test_a_login_that_is_held_is_nobody_elses(logins: SystemLogins, tmp_path: Path) -> None:
    held = logins.hold(_NOBODYS)
    file = tmp_path / f"{_RUN}/sepermit/{_NOBODYS}.lock"
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BlockingIOError):
        logins.hold(_NOBODYS)
    # Nor does the attempt undo it, as a record lock of C's would be undone.
    with pytest.raises(BlockingIOError), file.open("r+b") as opened:
        fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert held.end(lambda _: None) == ()
    assert logins.hold(_NOBODYS).end(lambda _: None) == ()


def test_the_lock_meets_the_one_of_the_c_module(logins: SystemLogins, tmp_path: Path) -> None:
    script = (
        "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.lockf(f, fcntl.LOCK_EX);"
        "print(flush=True); sys.stdin.read()"
    )
    path = str(tmp_path / f"{_RUN}/sepermit/{_NOBODYS}.lock")
    with subprocess.Popen(
        (sys.executable, "-c", script, path), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as c:
        assert c.stdout is not None
        c.stdout.readline()
        with pytest.raises(BlockingIOError):
            logins.hold(_NOBODYS)
        c.communicate(b"")
    logins.hold(_NOBODYS).end(lambda _: None)


def test_the_descriptor_is_not_for_programs(logins: SystemLogins) -> None:
    held = logins.hold(_NOBODYS)
    assert not os.get_inheritable(held.number)
    held.end(lambda _: None)


@pytest.mark.parametrize("kind", ["link", "fifo", "directory"])
def test_nothing_but_a_file_is_locked(logins: SystemLogins, tmp_path: Path, kind: str) -> None:
    place = tmp_path / f"{_RUN}/sepermit/{_NOBODYS}.lock"
    if kind == "link":
        place.symlink_to(place)
    elif kind == "fifo":
        os.mkfifo(place)
    else:
        place.mkdir()
    with pytest.raises(OSError) as raised:  # noqa: PT011  # which one is the kernel's matter
        logins.hold(_NOBODYS)
    assert not isinstance(raised.value, BlockingIOError)


def test_without_the_directory_there_is_no_login(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SystemLogins(Root(str(tmp_path))).hold(_NOBODYS)


def test_this_process_is_not_counted() -> None:
    assert os.getpid() not in running(os.getuid())


def test_nobody_runs_nothing() -> None:
    assert running(_NOBODYS) == ()


@pytest.mark.needs("root")
def test_what_a_user_runs_ends_with_the_login(
    logins: SystemLogins, sleeper: subprocess.Popen[bytes]
) -> None:
    told = list[int]()
    assert (sleeper.pid,) == running(_NOBODYS)
    # The program is our child: dead, and not counted by us, it holds nobody up.
    assert logins.hold(_NOBODYS).end(told.append) == ()
    assert [sleeper.pid] == told
    assert running(_NOBODYS) == ()
    assert sleeper.wait() == -9


@pytest.mark.needs("root")
def test_who_may_not_be_killed_is_left(sleeper: subprocess.Popen[bytes]) -> None:
    def refuse(number: int, signal: int) -> None:
        raise PermissionError(errno.EPERM, "no")

    told = list[int]()
    assert (sleeper.pid,) == kill_all(_NOBODYS, told.append, kill=refuse, patience=1e9)
    assert [sleeper.pid] == told


@pytest.mark.needs("root")
def test_what_cannot_die_is_not_waited_for_without_end(sleeper: subprocess.Popen[bytes]) -> None:
    told = list[int]()
    left = kill_all(_NOBODYS, told.append, kill=lambda *_: None, patience=0.01)
    assert (sleeper.pid,) == left
    assert [sleeper.pid] == told


def test_nothing_of_roots_is_killed(logins: SystemLogins, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[int]()
    monkeypatch.setattr(single_logins, "kill_all", lambda uid, _: asked.append(uid))
    assert logins.hold(0).end(lambda _: None) == ()
    assert asked == []


def test_a_forked_child_ends_nothing(logins: SystemLogins, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[int]()
    monkeypatch.setattr(single_logins, "kill_all", lambda uid, _: asked.append(uid))
    held = logins.hold(_NOBODYS)
    child = os.fork()
    if child == 0:
        code = 99  # of a child that raises; it must not go on with the tests
        try:
            held.end(lambda _: None)
            code = len(asked)
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with pytest.raises(BlockingIOError):
        logins.hold(_NOBODYS)
    held.end(lambda _: None)
    assert asked == [_NOBODYS]


def test_a_failure_to_look_gives_the_lock_back(
    logins: SystemLogins, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(uid: int, told: object) -> tuple[int, ...]:
        raise OSError(errno.EMFILE, "too many files")

    monkeypatch.setattr(single_logins, "kill_all", fail)
    held = logins.hold(_NOBODYS)
    with pytest.raises(OSError, match="too many"):
        held.end(lambda _: None)
    another = logins.hold(_NOBODYS + 1)
    monkeypatch.undo()
    another.end(lambda _: None)
    logins.hold(_NOBODYS).end(lambda _: None)


def test_below_another_root_nothing_is_locked_or_killed(tmp_path: Path) -> None:
    world = system_world(str(tmp_path))
    assert isinstance(world.single_logins, NoLogins)
    assert world.single_logins.running(os.getuid()) == ()
    assert world.single_logins.hold(os.getuid()).end(lambda _: None) == ()
    assert list(tmp_path.iterdir()) == []
    assert isinstance(system_world().single_logins, SystemLogins)
