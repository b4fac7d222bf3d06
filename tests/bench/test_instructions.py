"""The limit on instructions, which are counted: the same number on the busiest machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.speed.benchmarks.instructions import PRIVATE, STOCK, counted
from bench.speed.benchmarks.transaction import private_place, stock_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.speed.place import Place
    from bench.speed.worker import Work

MOST = 1 / 2
"""What pamkit's transaction may take of C's."""


@pytest.mark.needs(
    *("libpam", "cc", "mount-namespace", "valgrind", "pam_debug", "sshd", "login", "su", "cron")
)
@pytest.mark.parametrize(
    ("make", "works"), [(private_place, PRIVATE), (stock_place, STOCK)], ids=["private", "stock"]
)
def test_a_transaction_takes_no_more_of_libpams_instructions_than_is_said(
    make: Callable[[Path], Place], works: dict[str, Work], tmp_path: Path
) -> None:
    place = make(tmp_path)
    place.settle()
    theirs = counted("C", place, tmp_path, works)
    ours = counted("pamkit", place, tmp_path, works)
    too_many = {
        name: f"{ours[name]:,.0f} instructions, {theirs[name]:,.0f} in C"
        for name in works
        if ours[name] > theirs[name] * MOST
    }
    assert too_many == {}
