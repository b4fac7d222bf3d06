"""Directories that are listed again only when they have changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pamkit.stores import file_state, listed_once
from pamkit.stores.listed_once import MOST, MOST_NAMES, names_in


def _later() -> int:
    """Directories that were made just now have settled."""
    return time.time_ns() + 10_000_000_000


@pytest.fixture
def listings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Nothing is known yet, the test's own directories are root's, and listings are counted."""
    seen: list[int] = []
    listed = os.listdir

    def listdir(descriptor: int) -> list[str]:
        seen.append(descriptor)
        return listed(descriptor)

    monkeypatch.setattr(listed_once, "_shared", {})
    monkeypatch.setattr(os, "listdir", listdir)
    monkeypatch.setattr(file_state, "_ROOT", os.geteuid())
    return seen


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "directory"
    made.mkdir()
    made.chmod(0o755)
    for name in (b"b", b"a", b"\xff"):
        Path(os.fsdecode(os.fsencode(made) + b"/" + name)).touch()
    return made


def _names(directory: Path) -> tuple[str, ...]:
    return names_in(os.fsencode(directory), now=_later)


def test_a_directory_is_listed_once(directory: Path, listings: list[int]) -> None:
    assert [_names(directory) for _ in range(3)] == [("a", "b", "\udcff")] * 3
    assert len(listings) == 1


def test_a_directory_that_was_changed_is_listed_again(directory: Path, listings: list[int]) -> None:
    _names(directory)
    (directory / "c").touch()
    assert _names(directory) == ("a", "b", "c", "\udcff")
    (directory / "a").rename(directory / "d")
    assert _names(directory) == ("b", "c", "d", "\udcff")
    assert len(listings) == 3


def test_what_is_no_directory_has_no_names(directory: Path, listings: list[int]) -> None:
    with pytest.raises(FileNotFoundError):
        _names(directory / "missing")
    with pytest.raises(NotADirectoryError):
        _names(directory / "a")


@pytest.mark.parametrize("mode", [0o700, 0o711, 0o775, 0o1777])
def test_what_is_not_for_all_or_not_roots_is_not_kept(
    directory: Path, listings: list[int], mode: int
) -> None:
    directory.chmod(mode)
    assert _names(directory) == _names(directory)
    assert len(listings) == 2


def test_what_users_have_in_theirs_is_not_kept(
    directory: Path, listings: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_state, "_ROOT", os.geteuid() + 1)
    assert _names(directory) == _names(directory)
    assert len(listings) == 2


def test_a_directory_with_a_list_of_access_is_not_kept(
    directory: Path, listings: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed_once, "has_access_list", lambda _: True)
    assert _names(directory) == _names(directory)
    assert len(listings) == 2


def test_a_directory_that_was_just_changed_is_listed_again(
    directory: Path, listings: list[int]
) -> None:
    for _ in range(2):
        assert names_in(os.fsencode(directory)) == ("a", "b", "\udcff")
    assert len(listings) == 2


def test_a_name_that_led_to_another_directory_for_a_moment_is_not_kept(
    directory: Path, listings: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    (other := directory.with_name("other")).mkdir()
    other.chmod(0o755)
    place = directory.with_name("place")
    opened = os.open

    def leads_to(target: Path) -> None:
        place.unlink(missing_ok=True)
        place.symlink_to(target)

    def opening(path: bytes, flags: int) -> int:
        leads_to(other)
        try:
            return opened(path, flags)
        finally:
            leads_to(directory)

    leads_to(directory)
    monkeypatch.setattr(os, "open", opening)
    assert _names(place) == ()
    monkeypatch.setattr(os, "open", opened)
    assert _names(place) == ("a", "b", "\udcff")


def test_a_directory_that_the_kernel_makes_up_is_listed_each_time(listings: list[int]) -> None:
    made_up = Path("/proc/sys")  # C: as `/proc`, it is never changed, whatever comes and goes there
    assert _names(made_up) == _names(made_up)
    assert len(listings) == 2


def test_a_directory_that_changes_or_goes_meanwhile_is_not_kept(
    directory: Path, listings: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def adding(_: bytes) -> bool:
        (directory / f"n{len(listings)}").touch()
        return False

    monkeypatch.setattr(listed_once, "has_access_list", adding)
    assert _names(directory) == ("a", "b", "\udcff")
    assert listed_once._shared == {}  # it may be as before again: a mount that was in the way
    assert _names(directory) == ("a", "b", "n1", "\udcff")

    def failing(_: bytes) -> bool:
        raise OSError

    monkeypatch.setattr(listed_once, "has_access_list", failing)
    assert _names(directory) == _names(directory)
    assert len(listings) == 4


def test_long_lists_are_not_kept_nor_too_many(directory: Path, listings: list[int]) -> None:
    for number in range(MOST_NAMES):
        (directory / f"n{number}").touch()
    assert _names(directory) == _names(directory)
    assert len(listings) == 2
    others = [directory.with_name(f"d{number}") for number in range(MOST + 1)]
    for each in others:
        each.mkdir()
        each.chmod(0o755)
        assert _names(each) == ()
    listings.clear()
    assert (_names(others[-1]), _names(others[0])) == ((), ())
    assert len(listings) == 1
