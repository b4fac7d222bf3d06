"""Files that are read again only when they have changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pamkit.stores import file_state, read_once
from pamkit.stores.files import DiskFiles
from pamkit.stores.regular import read_with_status
from pamkit.stores.root import Root
from pamkit.testing.accounts import MemoryAccounts

LIMIT = 1 << 20
WORDS = b"some words\n"


def _later() -> int:
    """Files that were made just now have settled."""
    return time.time_ns() + 10_000_000_000


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing is known yet, the test's own files are root's, and each reading is written down."""
    seen: list[str] = []

    def reading(root: Root, path: str, *, limit: int) -> tuple[os.stat_result, bytes]:
        seen.append(path)
        return read_with_status(root, path, limit=limit)

    monkeypatch.setattr(read_once, "_shared", {})
    monkeypatch.setattr(read_once, "read_with_status", reading)
    monkeypatch.setattr(file_state, "_ROOT", os.geteuid())
    return seen


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "file"
    made.write_bytes(WORDS)
    made.chmod(0o644)
    return made


def _read(file: Path, *, limit: int = LIMIT) -> bytes:
    return read_once.read_once(Root(), str(file), limit=limit, now=_later)


def test_a_file_is_read_once(file: Path, reads: list[str]) -> None:
    assert [_read(file) for _ in range(3)] == [WORDS] * 3
    assert reads == [str(file)]


def test_a_file_that_was_changed_is_read_again(file: Path, reads: list[str]) -> None:
    _read(file)
    stamps = (file.stat().st_atime_ns, file.stat().st_mtime_ns)
    # As long as before, and with the time of before: what is left to see is when it was done.
    file.write_bytes(WORDS.upper())
    os.utime(file, ns=stamps)
    assert _read(file) == WORDS.upper()
    file.unlink()
    with pytest.raises(FileNotFoundError):
        _read(file)


def test_a_file_that_is_replaced_is_read_again(file: Path, reads: list[str]) -> None:
    _read(file)
    new = file.with_name("new")
    new.write_bytes(WORDS.upper())
    new.chmod(0o644)
    new.rename(file)
    assert [_read(file), _read(file)] == [WORDS.upper()] * 2
    assert len(reads) == 2


def _hidden(file: Path) -> None:
    file.chmod(0o640)


def _written_by_others(file: Path) -> None:
    file.chmod(0o664)


def _long(file: Path) -> None:
    file.write_bytes(bytes(read_once.LARGEST + 1))


@pytest.mark.parametrize("change", [_hidden, _written_by_others, _long])
def test_what_is_not_for_all_or_not_roots_or_long_is_not_kept(
    file: Path, reads: list[str], change: object
) -> None:
    assert callable(change)
    change(file)
    assert _read(file) == _read(file) == file.read_bytes()
    assert len(reads) == 2


def test_what_is_a_users_own_is_not_kept(
    file: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_state, "_ROOT", os.geteuid() + 1)
    assert _read(file) == _read(file) == WORDS
    assert len(reads) == 2


def test_a_file_that_was_just_changed_is_read_again(file: Path, reads: list[str]) -> None:
    for _ in range(2):
        assert read_once.read_once(Root(), str(file), limit=LIMIT) == WORDS
    assert len(reads) == 2


def test_a_file_that_changes_while_it_is_read_is_not_kept(file: Path, reads: list[str]) -> None:
    before = file.stat()
    file.write_bytes(WORDS.upper())
    read_once.keep(os.fsencode(file), before, WORDS, now=_later)
    assert read_once._shared == {}  # it may be as before again: a mount that was in the way
    assert _read(file) == WORDS.upper()
    gone = file.with_name("gone")
    read_once.keep(os.fsencode(gone), before, WORDS, now=_later)
    assert read_once.known_of(os.fsencode(gone)) is None


def test_a_name_that_led_to_another_file_for_a_moment_is_not_kept(
    file: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place := file.with_name("place")).symlink_to(file.parent / "one")
    for directory, words in (("one", WORDS), ("two", WORDS.upper())):
        (file.parent / directory).mkdir()
        (file.parent / directory / "file").write_bytes(words)
        (file.parent / directory / "file").chmod(0o644)

    def leads_to(directory: str) -> None:
        place.unlink()
        place.symlink_to(file.parent / directory)

    def reading(root: Root, path: str, *, limit: int) -> tuple[os.stat_result, bytes]:
        leads_to("two")
        found = read_with_status(root, path, limit=limit)
        leads_to("one")
        return found

    monkeypatch.setattr(read_once, "read_with_status", reading)
    assert _read(place / "file") == WORDS.upper()
    monkeypatch.setattr(read_once, "read_with_status", read_with_status)
    assert _read(place / "file") == WORDS


def test_what_says_nothing_of_its_size_is_not_kept(reads: list[str]) -> None:
    made_up = "/proc/self/status"
    for _ in range(2):
        assert read_once.read_once(Root(), made_up, limit=LIMIT, now=_later)
    assert len(reads) == 2


def test_what_is_empty_is_not_kept_it_may_be_made_up(file: Path, reads: list[str]) -> None:
    file.write_bytes(b"")
    assert _read(file) == _read(file) == b""
    assert len(reads) == 2


def test_a_file_of_another_machine_is_not_kept(
    file: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_state, "is_here", lambda *_: False)
    assert _read(file) == _read(file) == WORDS
    assert len(reads) == 2


def test_a_file_with_a_list_of_access_is_not_kept(
    file: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_once, "has_access_list", lambda _: True)
    assert _read(file) == _read(file) == WORDS
    assert len(reads) == 2


def test_a_limit_counts_for_what_is_kept_as_well(file: Path, reads: list[str]) -> None:
    _read(file)
    with pytest.raises(OSError, match="more than 3 bytes"):
        _read(file, limit=3)


def test_no_more_files_are_kept_than_so_many(file: Path, reads: list[str]) -> None:
    files = [file.with_name(f"f{number}") for number in range(read_once.MOST + 1)]
    for each in files:
        each.write_bytes(WORDS)
        each.chmod(0o644)
        _read(each)
    assert read_once.known_of(os.fsencode(files[0])) is None
    assert read_once.known_of(os.fsencode(files[-1])) is not None


def test_status_and_bytes_of_what_is_kept_belong_together(
    file: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pamkit.stores import files as disk

    monkeypatch.setattr(disk, "PLACES", (f"{file.parent}/",))
    monkeypatch.setattr(read_once.keep, "__kwdefaults__", {"now": _later})
    world = DiskFiles(Root(), MemoryAccounts())
    first = world.read_with_status(str(file))
    assert first[1] == WORDS
    assert world.read_with_status(str(file))[1] is first[1]
    assert world.read(str(file)) is first[1]
    assert reads == []
    file.write_bytes(b"more words than before\n")
    status, data = world.read_with_status(str(file))
    assert (status.size, data) == (23, b"more words than before\n")
    with pytest.raises(OSError, match="more than 3 bytes"):
        world.read_with_status(str(file), limit=3)
    link = file.with_name("link")
    link.symlink_to(file)
    assert world.read_with_status(str(link), follow=False)[0].kind == "link"
    file.unlink()
    with pytest.raises(FileNotFoundError):
        world.read_with_status(str(file))
