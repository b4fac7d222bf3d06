"""Descriptors that are closed, few, or all taken; memory that may not become code."""

from __future__ import annotations

from itertools import combinations

import pytest

from tests.native.faults.building import Workshop
from tests.native.faults.subject import FINE, Subject, play
from tests.native.faults.sweeps import sweep

pytestmark = [pytest.mark.needs("libpam", "pam_unix", "cc")]

CLOSED = ["".join(fds) for size in range(1, 4) for fds in combinations("012", size)]

MAY_NOT_MAKE_CODE = "mdwe"


def test_closed_standard_descriptors_change_no_verdict(
    subject: Subject, workshop: Workshop
) -> None:
    conditions = [f"shut={fds}" for fds in CLOSED]
    assert sweep(subject, workshop, conditions) == []
    right = sweep(subject, workshop, conditions, [("asks", "right")])
    assert [f"shut={fds}: asks: granted" for fds in CLOSED] == right


def test_few_descriptors_grant_nothing(subject: Subject, workshop: Workshop) -> None:
    # Both from a program that has three and from one that has none.
    limits = [f"{shut}nofile={count}" for count in range(3, 21) for shut in ("", "shut=012 ")]
    assert sweep(subject, workshop, limits) == []


def test_a_full_table_grants_nothing(subject: Subject, workshop: Workshop) -> None:
    # The program itself is opened by the loader, which needs one more than the table holds.
    assert sweep(subject, workshop, [f"nofile={count} fill" for count in (16, 64)]) == []


@pytest.mark.parametrize("what", ["descriptors", "memory"])
def test_a_shortage_that_passes_leaves_nothing_behind(
    what: str, subject: Subject, workshop: Workshop
) -> None:
    ended = play(subject, [workshop.driver("recovery"), what])
    assert ended.status == FINE, ended.err


@pytest.mark.needs("mdwe")
def test_no_writable_code_is_needed(subject: Subject, workshop: Workshop) -> None:
    assert sweep(subject, workshop, [MAY_NOT_MAKE_CODE]) == []
    right = sweep(subject, workshop, [MAY_NOT_MAKE_CODE], [("asks", "right")])
    assert [f"{MAY_NOT_MAKE_CODE}: asks: granted"] == right


@pytest.mark.needs("mdwe")
def test_the_need_of_writable_code_is_seen(workshop: Workshop) -> None:
    control = workshop.control("code")
    assert sweep(control, workshop, ["shut=0"], [("deny", "right")]) == []
    found = sweep(control, workshop, [MAY_NOT_MAKE_CODE], [("deny", "right")])
    assert [f"{MAY_NOT_MAKE_CODE}: deny: granted"] == found
