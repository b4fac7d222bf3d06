"""What counts as a change of a file, and what its mode says."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pamkit.formats import mount_info
from pamkit.stores import held_stat
from pamkit.stores.file_state import (
    is_for_all,
    is_here,
    is_roots,
    is_settled,
    state_of,
    tells_of_changes,
)

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


_DISK = os.makedev(8, 1)
_NO_DISK = os.makedev(0, 50)
_LONG_AGO, _NOW = 5 * SECOND + 1, 1000 * SECOND


def _tells(
    path: bytes = b"/", *, device: int = _DISK, size: int = 10, changed: int = _LONG_AGO
) -> bool:
    return tells_of_changes(path, (device, 2, FILE, 0, 0, size, changed, changed), _NOW)


def test_a_state_tells_of_changes_if_each_of_them_gives_another() -> None:
    assert _tells()
    assert not _tells(changed=_NOW - SECOND)
    assert not _tells(size=0)  # as all have that the kernel makes up
    assert not _tells(b"/no/such/file", changed=5 * SECOND)


def test_a_whole_second_is_the_time_of_an_image_where_nobody_can_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class _Found:
        f_flag = os.ST_RDONLY

    class _Writable:
        f_flag = 0

    monkeypatch.setattr(os, "statvfs", lambda _: _Writable)
    assert _tells(changed=5 * SECOND)
    monkeypatch.setattr(os, "statvfs", lambda _: _Found)
    assert not _tells(changed=5 * SECOND)
    assert _tells()


def test_the_state_of_a_file_on_another_machine_may_be_an_earlier_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not _tells(b"/proc/self", device=_NO_DISK)
    monkeypatch.setattr(held_stat, "_NEAR", frozenset())
    assert not _tells(device=_NO_DISK)
    assert _tells()


def test_without_ctypes_the_list_of_mounts_tells_what_is_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def unasked() -> None:
        raise ImportError

    monkeypatch.setattr(held_stat, "_shared", [])
    monkeypatch.setattr(held_stat, "HeldStat", unasked)
    listed = tmp_path / "mountinfo"
    listed.write_text(
        "21 1 0:50 / / rw - overlay overlay rw\n"
        "22 21 0:51 / /home rw shared:1 - nfs4 server:/home rw\n"
    )
    monkeypatch.setattr(mount_info, "PATH", str(listed))
    found = [is_here(b"/", os.makedev(0, minor)) for minor in (50, 51, 52)]
    listed.write_text("odd\n")
    found.append(is_here(b"/", _NO_DISK))
    listed.unlink()
    found.append(is_here(b"/", _NO_DISK))
    assert found == [True, False, False, False, False]


def test_what_is_in_memory_is_on_this_machine(tmp_path: Path) -> None:
    assert is_here(bytes(tmp_path), _NO_DISK)
    assert is_here(b"/no/such/file", _DISK)
