"""Sessions of many processes at once, some of them killed: none is lost, none is closed twice."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import random
import select
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import pytest

import pamkit
from pamkit.cli.main import main
from pamkit.formats import wtmpdb
from pamkit.formats.utmp import Kind, decode, layout_for
from pamkit.module.call import ModuleCall
from pamkit.records.event import Happening, LoginEvent
from pamkit.records.history import of_wtmp, of_wtmpdb
from pamkit.records.recorder import record_all
from pamkit.records.utmp import UtmpRecorder
from pamkit.records.wtmp import WtmpRecorder
from pamkit.records.wtmpdb import WtmpdbRecorder
from pamkit.stores.login_files import DiskHeldFile, DiskLoginFiles
from pamkit.stores.login_tables import rows
from pamkit.stores.root import Root
from pamkit.stores.session_registry import SessionRegistry
from pamkit.vocab.codes import ReturnCode
from tests.crash.harness import all_at_once
from tests.hooks import module

SEED, PROCESSES, EACH, KILLS = 20, 8, 25, 16
LAYOUT = layout_for(os.uname().machine)
POLICY = "".join(f"{f} required pam_permit.so\n" for f in ("auth", "account", "session"))
FORKING = multiprocessing.get_context("fork")


class Stage:
    """A place for policies, sessions and records, and a log of what processes say they have done.

    A line of the log is written whole, after what it tells of.
    """

    def __init__(self, place: Path) -> None:
        """Lay everything out below ``place``."""
        for name in ("run", "policies", "state"):
            (place / name).mkdir(mode=0o700)
        (place / "policies/app").write_text(POLICY)
        self.policies, self.log = str(place / "policies"), place / "log"
        self.log.touch()
        self.sessions = str(place / "state/sessions.sqlite")
        self.utmp, self.wtmp = place / "run/utmp", place / "run/wtmp"
        self.wtmpdb = place / "run/wtmp.db"
        self.utmp.touch()
        self.wtmp.touch()

    def recorders(self, patience: float = 10.0) -> tuple[Any, ...]:
        files = DiskLoginFiles(Root(), patience=patience)
        return (
            UtmpRecorder(files, str(self.utmp)),
            WtmpRecorder(files, str(self.wtmp)),
            WtmpdbRecorder(files, str(self.wtmpdb)),
        )

    def say(self, *words: str) -> None:
        descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND)
        os.write(descriptor, f"{' '.join(words)}\n".encode())
        os.close(descriptor)

    def said(self, verb: str) -> list[str]:
        lines = (line.split() for line in self.log.read_text().splitlines())
        return [about for said, about in lines if said == verb]


def _event(happening: Happening, line: str, pid: int) -> LoginEvent:
    now = int(time.time() * 1_000_000)
    return LoginEvent(happening, now, f"user{line[-3:]}", 1000, line, "far", "app", pid=pid)


_size = DiskHeldFile.size


def _size_after_a_while(file: DiskHeldFile) -> int:
    """Return a size that is old by now, unless the lock keeps others from writing."""
    size = _size(file)
    for _ in range(20):
        os.sched_yield()
    return size


def _noting(stage: Stage) -> dict[str, Any]:
    """Return pam_permit, which says in the log whom it was asked to close."""

    def close(call: ModuleCall[Any]) -> int:
        stage.say("asked", str(call.item(pamkit.Item.TTY)))
        return ReturnCode.SUCCESS

    hooks = dict.fromkeys(
        ("authenticate", "acct_mgmt", "setcred", "open_session"), lambda _: ReturnCode.SUCCESS
    )
    return {"modules": {"pam_permit": module("permit", close_session=close, **hooks)}}


def _work(stage: Stage, lines: list[str], told: int, seed: int) -> None:
    """Open and close a session on each line, and try to close others' as well."""
    chance = random.Random(seed)
    settings = {"confdir": stage.policies, "log": lambda *_: None, **_noting(stage)}
    with SessionRegistry(stage.sessions) as registry:

        def step(*words: str) -> None:
            if words:
                stage.say(*words)
            os.write(told, b".")

        for line in lines:
            stage.say("begun", line)
            recorders = stage.recorders()
            user = f"user{line[-3:]}"
            pam = pamkit.Transaction(
                "app", user, items={"tty": line}, sessions=registry, **settings
            )
            for call in (pam.authenticate, pam.acct_mgmt, pam.setcred, step, pam.open_session):
                call()
            name = pam.session_id
            assert name is not None
            step("opened", name)
            event = _event(Happening.LOGIN, line, os.getpid())
            assert [each.fault for each in record_all(event, recorders)] == [None] * 3
            step("recorded", line)
            killed = {each.id for each in registry.orphans()}  # left to who reaps
            others = [each for each in registry.sessions() if each.id not in killed]
            if chance.random() < 0.2 and others:
                _close(stage, chance.choice(others).id, sessions=registry, **settings)
            step()
            event = _event(Happening.LOGOUT, line, os.getpid())
            assert [each.fault for each in record_all(event, recorders)] == [None] * 3
            step("ended", line)
            try:
                pam.close_session()
                stage.say("closed", name)
            except pamkit.PamError:
                stage.say("missed", name)
            step()


def _close(stage: Stage, name: str, **settings: Any) -> None:
    try:
        with pamkit.Transaction.resume(name, **settings) as pam:
            pam.close_session()
            stage.say("closed", name)
    except pamkit.PamError:
        stage.say("missed", name)


def _kill_now_and_then(stage: Stage) -> int:
    """Let the workers do all sessions; kill some after so many steps; return how many were."""
    chance = random.Random(SEED)
    said, told = os.pipe()
    alive: list[tuple[ForkProcess, list[str]]] = []
    kills = 0

    def start(lines: list[str]) -> None:
        worker = FORKING.Process(target=_work, args=(stage, lines, told, chance.random()))
        worker.start()
        alive.append((worker, lines))

    for number in range(PROCESSES):
        start([f"pts/{number * EACH + each:03d}" for each in range(EACH)])
    due = sorted(chance.sample(range(PROCESSES, PROCESSES * EACH * 4), KILLS))
    steps = 0
    while alive:
        ready, _, _ = select.select([said, *(worker.sentinel for worker, _ in alive)], [], [])
        if said in ready:
            os.read(said, 1)
            steps += 1
            if due and steps >= due[0]:
                del due[0]
                victim, _ = chance.choice(alive)
                os.kill(victim.pid or 0, signal.SIGKILL)
                victim.join()
            elif len(ready) == 1:
                continue
        for worker, lines in [each for each in alive if each[0].exitcode is not None]:
            alive.remove((worker, lines))
            assert worker.exitcode in (0, -signal.SIGKILL)
            if worker.exitcode:
                kills += 1
                start([line for line in lines if line not in stage.said("begun")])
    os.close(said)
    os.close(told)
    return kills


def _reap(stage: Stage) -> str:
    """Do as an administrator does; return what was printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        main(["sessions", "--file", stage.sessions, "--confdir", stage.policies, "reap"])
    return out.getvalue()


def _shown(*words: str) -> str:
    environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A directory in memory, as `/run` is, where there is one."""
    shared = "/dev/shm"
    if not os.access(shared, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=shared) as directory:
        yield Path(directory)


@pytest.mark.needs("login-records")
def test_200_sessions_of_8_processes_of_which_some_are_killed(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(memory)
    monkeypatch.setattr(DiskHeldFile, "size", _size_after_a_while)
    with SessionRegistry(stage.sessions):
        pass
    assert _kill_now_and_then(stage) > KILLS / 2  # some had done their work before
    lines = [f"pts/{number:03d}" for number in range(PROCESSES * EACH)]
    assert sorted(stage.said("begun")) == lines

    # Modules were asked to close a session once at most, whoever tried.
    asked, closed = stage.said("asked"), stage.said("closed")
    assert len(asked) == len(set(asked))
    assert len(closed) == len(set(closed))
    opened = stage.said("opened")
    with SessionRegistry(stage.sessions) as registry:
        left = registry.sessions()
        on_record = {name: registry.find(name) for name in opened}
        assert None not in on_record.values()
        assert all((on_record[name] or left[0]).state == "closed" for name in closed)
        orphans = {entry.id for entry in registry.orphans()}
        # What is left is the killed ones', all of it is found, and nothing else is.
        assert {entry.id for entry in left} == orphans
        assert 0 < len(orphans) <= 2 * KILLS  # their own, and what they were closing

    # Two administrators at once: each session is reaped by one of them.
    printed = [str(end.value) for end in all_at_once([lambda: _reap(stage)] * 2)]
    done = [
        line.split()[2]
        for line in "".join(printed).splitlines()
        if line.endswith((": closed", ": was never open"))
    ]
    assert sorted(done) == sorted(name[:8] for name in orphans)
    assert "cannot be closed" not in "".join(printed)
    with SessionRegistry(stage.sessions) as registry:
        assert registry.sessions() == ()
        known = [registry.find(name) for name in opened]
        assert {None if entry is None else entry.state for entry in known} == {"closed"}
    assert os.listdir(os.path.dirname(stage.sessions)) == ["sessions.sqlite"]
    _judge_records(stage)


def _judge_records(stage: Stage) -> None:
    """No login is lost, whoever was killed; who is left is taken off, without waiting for locks."""
    recorders = stage.recorders(patience=0.0)
    recorded, ended = set(stage.said("recorded")), set(stage.said("ended"))
    there = {each.line.decode(): each for each in recorders[0].records()}
    assert recorded <= there.keys()
    in_wtmp = decode(stage.wtmp.read_bytes(), LAYOUT)
    come = [each.line.decode() for each in in_wtmp if each.kind == Kind.USER_PROCESS]
    assert len(come) == len(set(come))
    assert recorded <= set(come)
    assert not {line for line, each in there.items() if each.kind == Kind.USER_PROCESS} & ended
    for line in there.keys() - ended:
        for each in record_all(_event(Happening.LOGOUT, line, there[line].pid), recorders):
            # Who was killed had come to some of the records with the end, and not to others.
            assert each.fault is None or "no such login" in str(each.fault)
    assert {each.kind for each in recorders[0].records()} == {Kind.DEAD_PROCESS}

    out = _shown("last", "-w", "-f", str(stage.wtmp))
    assert {line.split()[1] for line in out.splitlines() if line.startswith("user")} == set(come)
    assert _shown("who", str(stage.utmp)) == ""
    dumped = _shown("utmpdump", str(stage.utmp)).splitlines()
    assert len(dumped) == len(there)
    past = list(of_wtmp(reversed(decode(stage.wtmp.read_bytes(), LAYOUT))))
    assert {each.line for each in past if each.ended is not None} >= recorded

    found = list(of_wtmpdb(rows(Root(), str(stage.wtmpdb), wtmpdb.ALL)))
    assert recorded <= {each.line for each in found}
    assert len(found) == len({each.line for each in found})
    assert ended <= {each.line for each in found if each.ended is not None}
    for file, table in ((str(stage.wtmpdb), "wtmp"), (stage.sessions, "sessions")):
        with contextlib.closing(sqlite3.connect(file)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            found_there = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  # ours
        assert found_there[0] >= len(recorded)


ROUNDS = 50


def test_first_users_at_the_same_moment_make_one_file_and_lose_no_session(memory: Path) -> None:
    together = FORKING.Barrier(PROCESSES, timeout=20)

    def use() -> list[str]:
        names = []
        for number in range(ROUNDS):
            together.wait()
            with SessionRegistry(str(memory / f"{number}" / "sessions.sqlite")) as registry:
                names.append(
                    registry.begin(
                        service="app",
                        user="alice",
                        uid=1,
                        line="",
                        host="",
                        leader=os.getpid(),
                        now=number,
                    )
                )
        return names

    ended = all_at_once([use] * PROCESSES)
    assert [each.how for each in ended] == ["returned"] * PROCESSES, ended
    for number in range(ROUNDS):
        place = memory / f"{number}"
        assert os.listdir(place) == ["sessions.sqlite"]
        with SessionRegistry(str(place / "sessions.sqlite")) as registry:
            there = sorted(entry.id for entry in registry.sessions())
        assert there == sorted(each.value[number] for each in ended)
