"""Memcheck has nothing to say of twenty transactions."""

from __future__ import annotations

import pytest

from tests.native.faults.building import Workshop
from tests.native.faults.subject import FINE, Subject, play

pytestmark = [pytest.mark.needs("libpam", "pam_unix", "cc", "valgrind")]

VALGRIND = (
    "/usr/bin/valgrind",
    "--quiet",
    "--error-exitcode=99",
    "--leak-check=full",
    "--show-leak-kinds=definite",
    "--errors-for-leak-kinds=definite",
    "--num-callers=30",
)


def test_memcheck_finds_nothing(subject: Subject, workshop: Workshop) -> None:
    ended = play(subject, [*VALGRIND, workshop.driver("twenty")], patience=200)
    assert (ended.status, ended.err) == (FINE, "")
