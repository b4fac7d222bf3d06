"""What counts as a change of a file, and what its mode says."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pamkit.stores.file_state import is_for_all, is_roots, is_settled, state_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.stores.file_state import State

FILE, DIRECTORY = stat.S_IFREG, stat.S_IFDIR
SECOND = 1_000_000_000


def _state(mode: int = 0, *, owner: int = 0, written: int = 0, changed: int = 0) -> State:
    return (1, 2, mode, owner, 0, 10, written, changed)


def test_a_file_in_the_place_of_another_has_another_state(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).write_text("same")
        os.utime(tmp_path / name, ns=(1, 1))
    before = state_of((tmp_path / "old").stat())
    assert state_of((tmp_path / "old").stat()) == before
    (tmp_path / "new").rename(tmp_path / "old")
    assert state_of((tmp_path / "old").stat()) != before


@pytest.mark.parametrize("at", range(8))
def test_each_field_makes_a_state(at: int, tmp_path: Path) -> None:
    found = tmp_path.stat()
    names = ("dev", "ino", "mode", "uid", "gid", "size", "mtime_ns", "ctime_ns")
    assert state_of(found)[at] == getattr(found, f"st_{names[at]}")


def test_a_change_of_the_last_two_seconds_may_be_followed_by_one_that_looks_the_same() -> None:
    now = 10 * SECOND
    assert is_settled(_state(written=7 * SECOND, changed=7 * SECOND), now)
    assert not is_settled(_state(written=9 * SECOND), now)
    assert not is_settled(_state(changed=9 * SECOND), now)
    assert not is_settled(_state(changed=8 * SECOND), now)
    assert not is_settled(_state(changed=11 * SECOND), now)  # a clock that was set back


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (FILE | 0o644, True),
        (FILE | 0o444, True),
        (FILE | 0o640, False),
        (FILE | 0o604, False),
        (FILE | 0o244, False),
        (DIRECTORY | 0o755, True),
        (DIRECTORY | 0o744, False),
        (DIRECTORY | 0o711, False),
    ],
)
def test_for_all_is_what_no_class_of_users_is_kept_from(mode: int, *, expected: bool) -> None:
    assert is_for_all(_state(mode)) is expected


def test_roots_is_what_nobody_else_can_change() -> None:
    assert is_roots(_state(FILE | 0o644))
    assert not is_roots(_state(FILE | 0o644, owner=1000))
    assert not is_roots(_state(FILE | 0o664))
    assert not is_roots(_state(FILE | 0o646))
