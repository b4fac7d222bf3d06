"""The harness seen to fail: a library that is bad in one way, and the driver that says so."""

from __future__ import annotations

import pytest

from tests.native.faults.building import Workshop
from tests.native.faults.subject import BROKEN, FINE, GRANTED, Subject, play

pytestmark = [pytest.mark.needs("libpam", "cc")]

CONVERSING = [
    "threads hammer 2 2",
    "threads overlap",
    "threads handover",
    "forks points",
    "forks inside",
    "forks crowd 16",
    "forks spawns",
    "leaving longjmp 10",
    "leaving thread-exit",
    "leaving exit",
    "leaving _exit",
    "stacks thread 64",
    "stacks deep",
    "stacks nested 3",
    "reentry own",
    "reentry nested",
    "signals inside",
    "recovery memory",
]


def ends(control: Subject, workshop: Workshop, row: str, patience: float = 30) -> int | None:
    name, *words = row.split()
    return play(control, [workshop.driver(name), *words], patience=patience).status


@pytest.mark.parametrize("row", CONVERSING)
def test_a_grant_is_seen(row: str, workshop: Workshop) -> None:
    assert ends(workshop.control("grant"), workshop, row) in (GRANTED, BROKEN)


@pytest.mark.parametrize("row", CONVERSING)
def test_a_crash_is_seen(row: str, workshop: Workshop) -> None:
    assert ends(workshop.control("crash"), workshop, row) in (-6, BROKEN)


def test_a_library_that_hangs_is_stopped(workshop: Workshop) -> None:
    assert ends(workshop.control("loop"), workshop, "threads hammer 1 1", patience=1) is None


@pytest.mark.parametrize("row", ["threads overlap", "leaving cancel", "reentry nested"])
def test_a_lock_held_while_it_talks_is_seen(row: str, workshop: Workshop) -> None:
    assert ends(workshop.control("lock"), workshop, row, patience=3) in (BROKEN, None)


@pytest.mark.parametrize(
    "fault", ["handler", "mask", "descriptor", "directory", "locale", "umask", "environment"]
)
def test_what_is_left_changed_is_seen(fault: str, workshop: Workshop) -> None:
    assert ends(workshop.control(fault), workshop, "state open") == BROKEN


@pytest.mark.parametrize("row", CONVERSING)
def test_a_good_library_passes(row: str, workshop: Workshop) -> None:
    if row == "reentry own":
        pytest.xfail("the control knows no handle from another")
    assert ends(workshop.control("good"), workshop, row) == FINE
