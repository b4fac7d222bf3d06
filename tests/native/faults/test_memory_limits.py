"""Memory limits stepped from nothing to enough: no grant, no endless loop, no crash."""

from __future__ import annotations

import os

import pytest

from tests.native.faults.building import Workshop
from tests.native.faults.subject import Subject
from tests.native.faults.sweeps import MUST_REFUSE, sweep

pytestmark = [pytest.mark.needs("libpam", "pam_unix", "cc")]

FULL = os.environ.get("PAMKIT_FAULTS") == "full"
KIB = 1 << 10

# An odd step, so that the limits are not all on the same side of what is asked for in megabytes.
STEP_KIB, LAST_KIB = (64, 120 << 10) if FULL else (1773, 100 << 10)


@pytest.mark.timeout(3600 if FULL else 300)
@pytest.mark.parametrize("limit", ["as", "data"])
def test_no_memory_limit_grants_hangs_or_crashes(
    limit: str, subject: Subject, workshop: Workshop
) -> None:
    steps = range(KIB, LAST_KIB, STEP_KIB)
    conditions = [f"cpu=10 {limit}={kib * KIB}" for kib in steps]
    transactions = MUST_REFUSE if FULL else MUST_REFUSE[:2]
    assert sweep(subject, workshop, conditions, transactions) == []


def test_a_stack_without_a_limit_changes_nothing(subject: Subject, workshop: Workshop) -> None:
    # It turns the layout of the memory around.
    assert sweep(subject, workshop, [f"stack={2**64 - 1}"]) == []


@pytest.mark.parametrize("kib", [64, 128, 256, 1024])
def test_a_small_stack_limit_grants_nothing(kib: int, subject: Subject, workshop: Workshop) -> None:
    assert sweep(subject, workshop, [f"stack={kib * KIB}"]) == []


def test_a_limit_of_enough_lets_the_right_password_in(subject: Subject, workshop: Workshop) -> None:
    # Otherwise the sweeps would be of a library that never starts.
    found = sweep(subject, workshop, [f"as={256 << 20} data={256 << 20}"], [("asks", "right")])
    assert [line.rpartition(": ")[2] for line in found] == ["granted"]


@pytest.mark.parametrize("fault", ["granted", "hung", "crashed with signal 6"])
def test_the_sweep_sees_a_bad_library(fault: str, workshop: Workshop) -> None:
    control = {"granted": "starved-grant", "hung": "starved-loop"}.get(fault, "starved-crash")
    steps = [f"cpu=1 as={kib * KIB}" for kib in range(3 * KIB, 12 * KIB, 500)]
    if fault == "hung":
        steps = steps[8:10]
    found = sweep(workshop.control(control), workshop, steps, MUST_REFUSE[:1])
    assert fault in {line.rpartition(": ")[2] for line in found}
