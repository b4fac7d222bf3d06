"""The benchmark of login records: what it finds missing, and that its child leaves nothing out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.speed.benchmarks.login_records import CHILD, WHATS, prepare

IN_FILES = {what.word: what for what in WHATS if what.word in ("utmp", "wtmp", "sessions")}
"""What needs no policies of its own, and so no namespace."""


@pytest.fixture
def records(tmp_path: Path) -> Path:
    place = tmp_path / "records"
    place.mkdir()
    prepare(place)
    return place


@pytest.mark.parametrize("word", sorted(IN_FILES))
def test_of_what_many_processes_write_nothing_is_missing(records: Path, word: str) -> None:
    command = [sys.executable, str(CHILD), word, "3", "4", str(records), "alice", "bob"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

    assert IN_FILES[word].missing(records, 3, 4) == 0


@pytest.mark.parametrize(("word", "missing"), [("utmp", 1), ("wtmp", 4), ("sessions", 4)])
def test_what_one_process_did_not_write_is_missing(records: Path, word: str, missing: int) -> None:
    command = [sys.executable, str(CHILD), word, "2", "4", str(records), "alice"]
    subprocess.run(command, capture_output=True, check=True)

    assert IN_FILES[word].missing(records, 3, 4) == missing


@pytest.mark.parametrize(("word", "missing"), [("count", 2), ("forget", 1)])
def test_failures_are_counted_by_the_records_in_the_files(
    records: Path, word: str, missing: int
) -> None:
    (records / "faillock").mkdir()
    (records / "faillock" / "bench-0").write_bytes(bytes(64))
    (what,) = (what for what in WHATS if what.word == word)

    assert what.missing(records, 1, 3) == missing
