"""The harness strikes where it says, and nowhere else."""

import os
from pathlib import Path

from tests.crash.harness import (
    FAIL,
    FAIL_BEHIND,
    INTERRUPT,
    KILL,
    KILL_BEHIND,
    KILL_HALFWAY,
    all_at_once,
    changes,
    every_strike,
    killed_within,
    undisturbed,
)

CALLS = ("open", "write", "close")


def _writer(file: Path) -> str:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        os.write(descriptor, b"abcd")
    finally:
        os.close(descriptor)
    return "written"


def _reader(file: Path) -> str:
    descriptor = os.open(file, os.O_RDONLY)
    os.close(descriptor)
    return "read"


def test_every_call_is_struck_once_by_every_kind(tmp_path: Path) -> None:
    file = tmp_path / "f"
    seen = {
        (strike.kind, strike.number): (
            strike.call,
            strike.ended.how,
            file.read_bytes() if file.exists() else None,
        )
        for strike in every_strike(
            lambda: _writer(file), prepare=lambda: file.unlink(missing_ok=True)
        )
    }
    assert seen == {
        (KILL, 0): ("open", "killed", None),
        (KILL, 1): ("write", "killed", b""),
        (KILL, 2): ("close", "killed", b"abcd"),
        (KILL_HALFWAY, 0): ("write", "killed", b"ab"),
        (KILL_BEHIND, 0): ("open", "killed", b""),
        (KILL_BEHIND, 1): ("write", "killed", b"abcd"),
        (KILL_BEHIND, 2): ("close", "killed", b"abcd"),
        (FAIL, 0): ("open", "raised", None),
        (FAIL, 1): ("write", "raised", b""),
        (FAIL, 2): ("close", "raised", b"abcd"),
        (FAIL_BEHIND, 0): ("open", "returned", b"abcd"),
        (FAIL_BEHIND, 1): ("write", "raised", b"abcd"),
        (FAIL_BEHIND, 2): ("close", "raised", b"abcd"),
        (INTERRUPT, 0): ("open", "raised", None),
        (INTERRUPT, 1): ("write", "raised", b""),
        (INTERRUPT, 2): ("close", "raised", b"abcd"),
    }


def test_only_calls_that_change_something_are_struck_if_so_wished(tmp_path: Path) -> None:
    struck = [
        (strike.kind, strike.call)
        for strike in every_strike(
            lambda: _writer(tmp_path / "f") + _reader(tmp_path / "f"),
            kinds=(KILL, FAIL),
            where=changes,
        )
    ]
    assert struck == [(KILL, "open"), (KILL, "write"), (FAIL, "open"), (FAIL, "write")]


def test_who_is_not_struck_returns_and_tells_its_calls(tmp_path: Path) -> None:
    assert undisturbed(lambda: _writer(tmp_path / "f")) == ("returned", "written", CALLS)


def test_the_process_of_the_test_keeps_its_functions() -> None:
    before = os.open, os.close
    undisturbed(lambda: None)
    assert list(every_strike(lambda: os.close(os.open("/", os.O_RDONLY)), kinds=(FAIL,)))
    assert (os.open, os.close) == before


def test_children_run_together_and_are_killed_from_outside(tmp_path: Path) -> None:
    here, there = os.pipe()
    try:
        # One waits for what the other sends: one after the other they would never end.
        acts = [lambda: os.read(here, 1), lambda: os.write(there, b"x")]
        assert [ended.value for ended in all_at_once(acts)] == [b"x", 1]
        assert killed_within(lambda: os.read(here, 1), 0.001)
        assert not killed_within(lambda: None, 60)
    finally:
        os.close(here)
        os.close(there)
