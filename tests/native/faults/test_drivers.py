"""Drivers that say by themselves whether all was well: one row a driver and its manner."""

from __future__ import annotations

import os

import pytest

from tests.native.faults.building import Workshop
from tests.native.faults.subject import FINE, Subject, play

pytestmark = [pytest.mark.needs("libpam", "pam_unix", "cc")]

FULL = os.environ.get("PAMKIT_FAULTS") == "full"


def few(small: int, full: int) -> str:
    return str(full if FULL else small)


ROWS = [
    "idle",
    "state open",
    "state closed",
    "signals timer",
    "signals kills",
    "signals inside",
    f"threads hammer 8 {few(50, 200)}",
    "threads overlap",
    "threads handover",
    "forks points",
    "forks inside",
    f"forks crowd {few(64, 208)}",
    "forks spawns",
    "forks orphans",
    f"leaving longjmp {few(2000, 50000)}",
    "leaving cancel",
    "leaving cancel-module",
    "leaving thread-exit",
    "leaving exit",
    "leaving _exit",
    *(f"stacks thread {kib}" for kib in (64, 128, 256, 1024)),
    "stacks deep",
    "stacks nested 50",
    "stacks nested 400",
    "reentry own",
    "reentry module",
    "reentry nested",
    "reentry many",
    "reentry null",
    "answers asks",
    "answers unix",
    "answers deny",
]


@pytest.mark.parametrize("row", ROWS)
def test_a_driver_finds_nothing_wrong(row: str, subject: Subject, workshop: Workshop) -> None:
    name, *words = row.split()
    ended = play(subject, [workshop.driver(name), *words], patience=120)
    assert (ended.status, ended.err) == (FINE, "")


@pytest.mark.parametrize("manner", ["stale", "garbage"])
def test_a_handle_that_is_none_grants_nothing(
    manner: str, subject: Subject, workshop: Workshop
) -> None:
    ended = play(subject, [workshop.driver("reentry"), manner], patience=120)
    assert ended.status == FINE, ended.err  # stock crashes on some, with a word of libc's


@pytest.mark.needs("root")
def test_a_lost_child_is_no_grant(subject: Subject, workshop: Workshop) -> None:
    ended = play(subject, [workshop.driver("signals"), "childless"])
    assert (ended.status, ended.err) == (FINE, "")


@pytest.mark.needs("cxx")
def test_an_exception_passes_through(subject: Subject, workshop: Workshop) -> None:
    ended = play(subject, [workshop.driver("throws")])
    assert (ended.status, ended.err) == (FINE, "")
