"""Looks that were put together once see what `os.stat` sees, and are not told by who only reads."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from pamkit.stores.prepared_looks import PreparedLooks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLD = 1_000_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that is old."""
    path = tmp_path / "policy"
    path.write_text("auth required pam_deny.so\n")
    os.utime(path, (OLD, OLD))
    return path


def replaced(path: Path) -> None:
    """Put another file of the same text and time in its place."""
    other = path.with_name("other")
    other.write_text(path.read_text())
    os.utime(other, (OLD, OLD))
    other.rename(path)


def made_a_directory(path: Path) -> None:
    """Put a directory in its place."""
    path.unlink()
    path.mkdir()


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda path: path.write_text("auth required pam_permit.so"),
    "its time set": lambda path: os.utime(path, (OLD, OLD)),
    "its mode changed": lambda path: path.chmod(0o600),
    "another in its place": replaced,
    "gone": lambda path: path.unlink(),
    "a directory": made_a_directory,
    "one more name": lambda path: path.with_name("link").hardlink_to(path),
}


def test_where_threads_run_at_the_same_time_one_could_read_what_another_was_told_before(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    with pytest.raises(OSError, match="threads run at the same time"):
        PreparedLooks([os.fsencode(file)])


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_seen(file: Path, change: str) -> None:
    looks = PreparedLooks([os.fsencode(file)])
    assert looks.are_unchanged()
    CHANGES[change](file)
    assert not looks.are_unchanged()


def test_a_link_that_leads_elsewhere_is_seen(file: Path) -> None:
    link, other = file.with_name("link"), file.with_name("same")
    other.write_text(file.read_text())
    os.utime(other, (OLD, OLD))
    link.symlink_to(file)
    looks = PreparedLooks([os.fsencode(link)])
    assert looks.are_unchanged()
    link.unlink()
    link.symlink_to(other)
    assert not looks.are_unchanged()


def test_all_files_are_looked_at(file: Path) -> None:
    other = file.with_name("other")
    other.write_text("")
    looks = PreparedLooks([os.fsencode(file), os.fsencode(other)])
    assert looks.are_unchanged()
    other.write_text("x")
    assert not looks.are_unchanged()


def test_who_only_reads_changes_nothing(file: Path) -> None:
    other = file.with_name("other")
    other.write_text("")
    looks = PreparedLooks([os.fsencode(file), os.fsencode(other)])
    known = looks._known
    for at in (64, 256 + 64):
        looks._known = known[:at] + bytes(16) + known[at + 16 :]
        assert looks.are_unchanged()  # it was read since the first look, as far as this can tell
        assert looks._known == known
    for at in (63, 80, 256 + 63, 256 + 80):
        looks._known = known[:at] + bytes([known[at] ^ 1]) + known[at + 1 :]
        assert not looks.are_unchanged()


def test_a_path_counts_from_where_the_process_is(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    looks = PreparedLooks([os.fsencode(file.name)])
    assert looks.are_unchanged()
    monkeypatch.chdir("/")
    assert not looks.are_unchanged()


def test_a_file_that_is_not_there_cannot_be_prepared_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        PreparedLooks([os.fsencode(tmp_path / "none")])


def test_threads_share_looks(file: Path) -> None:
    looks, seen = PreparedLooks([os.fsencode(file)] * 3), list[bool]()

    def look() -> None:
        seen.extend(looks.are_unchanged() for _ in range(2_000))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(seen), all(seen)) == (8_000, True)
    file.write_text("")
    assert not looks.are_unchanged()
