"""Sessions on record: one process opens, one closes, whatever is killed in between."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from pamkit.stores.session_registry import Ambiguous, SessionRegistry
from pamkit.stores.session_steps import SessionEntry, boot, start_of
from tests.conftest import ROOT
from tests.crash.harness import undisturbed

ME = os.getpid()


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "run" / "sessions.sqlite")


def _open(
    registry: SessionRegistry, *, line: str = "tty1", user: str = "alice", now: int = 5
) -> str:
    name = registry.begin(
        service="login", user=user, uid=1000, line=line, host="", leader=ME, now=now
    )
    assert registry.opened(name, "ticket")
    return name


def _found(registry: SessionRegistry, name: str) -> SessionEntry:
    entry = registry.find(name)
    assert entry is not None
    return entry


def test_the_file_is_made_for_its_owner_alone(path: str) -> None:
    with SessionRegistry(path):
        assert os.stat(path).st_mode & 0o777 == 0o600
        assert os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700
    with SessionRegistry(path) as again:
        assert again.sessions() == ()
    assert os.listdir(os.path.dirname(path)) == ["sessions.sqlite"]


def test_a_session_goes_from_opening_to_closed(path: str) -> None:
    with SessionRegistry(path) as registry:
        name = registry.begin(
            service="login", user="alice", uid=None, line="tty1", host="far", leader=ME, now=7
        )
        assert _found(registry, name).state == "opening"
        assert registry.claim(name, ME) is None  # it is not open yet
        assert registry.opened(name, "ticket")
        assert not registry.opened(name, "other")
        claimed = registry.claim(name, ME)
        assert claimed is not None
        assert (claimed.state, claimed.ticket, claimed.boot) == ("closing", "ticket", boot())
        assert registry.closed(name, ME, 9)
        entry = _found(registry, name)
        assert (entry.state, entry.opened, entry.closed) == ("closed", 7, 9)
        assert registry.sessions() == ()


def test_nobody_closes_what_another_is_closing_or_has_closed(path: str) -> None:
    with SessionRegistry(path) as one, SessionRegistry(path) as two:
        name = _open(one)
        assert one.claim(name, ME) is not None
        assert two.claim(name, os.getppid()) is None
        assert not two.closed(name, os.getppid(), 9)
        assert one.closed(name, ME, 9)
        assert not one.closed(name, ME, 9)
        assert two.claim(name, ME) is None


def test_what_could_not_be_closed_is_open_again(path: str) -> None:
    with SessionRegistry(path) as registry:
        name = _open(registry)
        assert registry.claim(name, ME)
        assert registry.release(name, ME)
        assert _found(registry, name).state == "open"


def test_what_could_not_be_opened_is_forgotten(path: str) -> None:
    with SessionRegistry(path) as registry:
        name = registry.begin(service="x", user="alice", uid=1, line="", host="", leader=ME, now=1)
        assert registry.failed(name)
        assert registry.find(name) is None
        assert not registry.failed(_open(registry))


def test_b17_b18_user_and_line_find_one_session_and_never_a_guess(path: str) -> None:
    with SessionRegistry(path) as registry:
        first, second = _open(registry), _open(registry, line="tty2")
        other = _open(registry, user="bob")
        found = {
            (user, line): registry.of_line(user, line)
            for user, line in (("alice", "tty1"), ("alice", "tty2"), ("bob", "tty1"))
        }
        assert [entry and entry.id for entry in found.values()] == [first, second, other]
        assert registry.of_line("bob", "tty2") is None
        _open(registry)
        with pytest.raises(Ambiguous, match="2 sessions of `alice` are open on `tty1`"):
            registry.of_line("alice", "tty1")


def test_a_line_that_is_used_again_means_the_new_session(path: str) -> None:
    with SessionRegistry(path) as registry:
        first = _open(registry)
        assert registry.claim(first, ME)
        registry.closed(first, ME, 6)
        second = _open(registry)
        entry = registry.of_line("alice", "tty1")
        assert entry is not None
        assert entry.id == second


def test_sessions_whose_leader_has_gone_are_found(path: str) -> None:
    child = subprocess.Popen(["sleep", "60"])
    with SessionRegistry(path) as registry:
        alive = _open(registry)
        name = registry.begin(
            service="login", user="bob", uid=1, line="tty3", host="", leader=child.pid, now=1
        )
        registry.opened(name, "ticket")
        assert registry.orphans() == ()
        child.kill()
        child.wait()
        assert [entry.id for entry in registry.orphans()] == [name]
        assert registry.claim(name, ME)
        assert registry.orphans() == ()  # somebody is closing it
        assert alive in [entry.id for entry in registry.sessions()]


def test_a_session_whose_closer_died_is_taken_for_open_again(path: str) -> None:
    child = subprocess.Popen(["sleep", "60"])
    with SessionRegistry(path) as registry:
        name = _open(registry)
        assert registry.claim(name, child.pid)
        assert not registry.adopt(name)
        child.kill()
        child.wait()
        assert registry.adopt(name)
        assert _found(registry, name).state == "open"


def test_a_process_is_known_by_number_and_beginning() -> None:
    assert start_of(ME) == start_of(ME)
    assert start_of(None) is None
    assert start_of(2**22 + 1) is None


def test_a_leader_that_is_not_there_opens_nothing(path: str) -> None:
    with SessionRegistry(path) as registry, pytest.raises(ProcessLookupError):
        registry.begin(service="x", user="a", uid=1, line="", host="", leader=2**22 + 1, now=1)


def test_sessions_that_were_closed_long_ago_are_forgotten_by_one_in_sixteen(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = 86_400_000_000
    with SessionRegistry(path) as registry:
        name = _open(registry)
        registry.claim(name, ME)
        registry.closed(name, ME, 10)
        drawn = iter((b"\x0e", b"\x10", b"\x0f"))
        monkeypatch.setattr(os, "urandom", lambda size: next(drawn) * size)
        there = []
        for now in (day, day + 20, day + 20):
            _open(registry, now=now)
            there.append(registry.find(name) is not None)
    assert there == [True, True, False]


@pytest.mark.parametrize("content", [b"", b"not a database", b"x" * 5000])
def test_another_file_is_not_taken_for_one(tmp_path: Path, content: bytes) -> None:
    odd = tmp_path / "sessions.sqlite"
    odd.write_bytes(content)
    with pytest.raises(OSError, match="file"):
        SessionRegistry(str(odd))
    assert odd.read_bytes() == content


def test_another_database_is_not_taken_for_one(tmp_path: Path) -> None:
    odd = tmp_path / "sessions.sqlite"
    made = sqlite3.connect(odd)
    made.execute("CREATE TABLE sessions (id TEXT)")
    made.close()
    with pytest.raises(OSError, match="not a file of sessions"):
        SessionRegistry(str(odd))


_WORKER = """
import os, random, sys
sys.path.insert(0, SRC)
from pamkit.stores.session_registry import SessionRegistry
path, log, seed = sys.argv[1:]
chance = random.Random(int(seed))
with SessionRegistry(path) as registry, open(log, "a") as said:
    for number in range(25):
        name = registry.begin(service="s", user="u%s" % seed, uid=1, line="l%d" % number, host="",
                              leader=os.getpid(), now=number)
        registry.opened(name, "t")
        print("opened", name, file=said, flush=True)
        mine = chance.choice([entry.id for entry in registry.sessions()])
        if registry.claim(mine, os.getpid()):
            # What is said between claim and closed is said by one process alone.
            print("closing", mine, file=said, flush=True)
            registry.closed(mine, os.getpid(), number)
            print("closed", mine, file=said, flush=True)
"""


def test_eight_processes_and_kills_lose_no_record_and_close_none_twice(
    path: str, tmp_path: Path
) -> None:
    log, chance = tmp_path / "log", random.Random(5)
    program = _WORKER.replace("SRC", repr(str(ROOT / "src")))
    workers = [
        subprocess.Popen([sys.executable, "-I", "-c", program, path, str(log), str(seed)])
        for seed in range(8)
    ]
    for victim in workers[:3]:
        time.sleep(0.1 + chance.random() * 0.2)
        victim.send_signal(signal.SIGKILL)
    assert {worker.wait() for worker in workers[3:]} == {0}
    for worker in workers[:3]:
        worker.wait()
    said = [line.split() for line in log.read_text().splitlines()]
    opened = [name for verb, name in said if verb == "opened"]
    closed = [name for verb, name in said if verb == "closed"]
    assert len(closed) == len(set(closed))
    with SessionRegistry(path) as registry:
        states = {name: _found(registry, name).state for name in opened}
        assert {states[name] for name in closed} == {"closed"}
        left = {entry.id for entry in registry.sessions()}
        assert {name for name, state in states.items() if state != "closed"} <= left
        # Every worker is gone: what is left is open to be closed, and no lock is in the way.
        assert {entry.id for entry in registry.orphans()} == left
        for name in left:
            entry = _found(registry, name)
            if entry.state == "opening":
                assert registry.failed(name)
                continue
            assert entry.state == "open" or registry.adopt(name)
            assert registry.claim(name, ME)
            assert registry.closed(name, ME, 99)
        assert registry.sessions() == ()


def test_a_first_use_at_once_makes_one_file(path: str) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n"
        "from pamkit.stores.session_registry import SessionRegistry\n"
        f"sys.stdin.read(1)\nSessionRegistry({path!r}).__exit__(None, None, None)\n"
    )
    starters = [
        subprocess.Popen([sys.executable, "-I", "-c", program], stdin=subprocess.PIPE)
        for _ in range(6)
    ]
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write(b"x")
        starter.stdin.close()
    assert {starter.wait() for starter in starters} == {0}
    assert os.listdir(os.path.dirname(path)) == ["sessions.sqlite"]


@pytest.mark.needs("root")
def test_root_keeps_no_sessions_where_others_can_write(tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir(mode=0o777)
    open_to_all.chmod(0o777)
    with pytest.raises(PermissionError, match="others than root"):
        SessionRegistry(str(open_to_all / "sessions.sqlite"))
    assert list(open_to_all.iterdir()) == []


def test_a_process_that_has_gone_claims_nothing(path: str) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with SessionRegistry(path) as registry:
        name = _open(registry)
        with pytest.raises(ProcessLookupError):
            registry.claim(name, gone.pid)
        assert _found(registry, name).state == "open"


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_that_others_can_write_is_not_believed(path: str, mode: int) -> None:
    with SessionRegistry(path):
        pass
    os.chmod(path, mode)
    with pytest.raises(PermissionError, match="others can write it"):
        SessionRegistry(path)


def test_a_directory_that_others_can_write_is_not_used(tmp_path: Path) -> None:
    directory = tmp_path / "shared"
    directory.mkdir()
    directory.chmod(0o1777)  # who lays a journal beside the file writes the file
    with pytest.raises(PermissionError, match="others"):
        SessionRegistry(str(directory / "sessions.sqlite"))
    assert list(directory.iterdir()) == []


@pytest.mark.needs("root")
def test_root_believes_no_file_of_anybody_else(path: str) -> None:
    with SessionRegistry(path):
        pass
    os.chown(path, 65534, 65534)
    with pytest.raises(PermissionError, match="others can write it"):
        SessionRegistry(path)


@pytest.mark.needs("root")
def test_a_user_believes_no_file_of_another() -> None:
    with tempfile.TemporaryDirectory() as above:
        os.chmod(above, 0o755)
        own = Path(above, "own")
        file = own / "sessions.sqlite"
        with SessionRegistry(str(file)):
            pass
        file.chmod(0o644)
        os.chown(own, 65534, 65534)
        for owner, said in ((65533, "others can write it"), (65534, "")):
            os.chown(file, owner, owner)

            def look() -> str:
                os.setresuid(65534, 65534, 65534)
                try:
                    SessionRegistry(str(file))
                except PermissionError as odd:
                    return str(odd.strerror)
                return ""

            assert undisturbed(look).value.startswith(said)
            assert bool(undisturbed(look).value) == bool(said)
