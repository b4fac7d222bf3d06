"""What users may take of file systems: the kernel's numbers and ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pamkit.module.world import Quota
from pamkit.stores import quotas
from pamkit.stores.quotas import KernelQuotas, NoQuotas
from pamkit.stores.system import system_world


class _Library:
    """A C library that keeps one quota, in the order of `struct dqblk`."""

    def __init__(self) -> None:
        self.numbers: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8)
        self.set: tuple[Any, ...] = ()

    def quota(self, device: bytes, uid: int) -> tuple[int, ...]:
        assert (device, uid) == (b"/dev/\xff", 1000)
        return self.numbers

    def set_quota(self, *arguments: Any) -> None:
        self.set = arguments


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> _Library:
    made = _Library()
    monkeypatch.setattr(quotas, "c_library", made)
    return made


def test_the_kernels_numbers_are_read_in_their_order(library: _Library) -> None:
    expected = Quota(
        block_hard=1, block_soft=2, file_hard=4, file_soft=5, block_time=7, file_time=8
    )
    assert library.numbers
    assert KernelQuotas().find("/dev/\udcff", 1000) == expected


@pytest.mark.parametrize(
    ("which", "bits"),
    [
        ({"block_soft", "block_hard"}, 1),
        ({"file_soft", "file_hard"}, 4),
        ({"block_time"}, 16),
        ({"file_time"}, 32),
        ({"block_soft", "block_hard", "file_soft", "file_hard", "block_time", "file_time"}, 53),
        (set(), 0),
    ],
)
def test_only_what_is_named_is_changed(library: _Library, which: set[str], bits: int) -> None:
    quota = Quota(block_hard=1, block_soft=2, file_hard=4, file_soft=5, block_time=7, file_time=8)
    KernelQuotas().change("/dev/\udcff", 1000, quota, which=frozenset(which))
    assert library.set == (b"/dev/\xff", 1000, (1, 2, 0, 4, 5, 0, 7, 8), bits)


def test_the_quotas_of_another_machine_are_not_here(tmp_path: Path) -> None:
    elsewhere = system_world(str(tmp_path)).quotas
    assert isinstance(elsewhere, NoQuotas)
    with pytest.raises(PermissionError):
        elsewhere.find("/dev/sda1", 1000)
    with pytest.raises(PermissionError):
        elsewhere.change("/dev/sda1", 1000, Quota(), which=frozenset())
