"""A file is put in the place of another, whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from pamkit.stores.replace import replace
from pamkit.stores.root import Root


def _replace(root: Path, data: bytes, *, path: str = "/f", mode: int = 0o644) -> None:
    replace(Root(str(root)), path, data, mode=mode)


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    _replace(tmp_path, b"old and long")
    _replace(tmp_path, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["f"]
    assert (tmp_path / "f").read_bytes() == b"new"


def test_the_mode_is_the_one_that_is_asked_for_whatever_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        _replace(tmp_path, b"x", mode=0o644)
    finally:
        os.umask(before)
    assert (tmp_path / "f").stat().st_mode & 0o7777 == 0o644


def test_cve_2010_0832_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"precious")
    (tmp_path / "f").symlink_to("other")
    _replace(tmp_path, b"new")
    assert not (tmp_path / "f").is_symlink()
    assert (tmp_path / "other").read_bytes() == b"precious"


def test_a_link_that_lies_aside_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"precious")
    for make in (Path.symlink_to, Path.hardlink_to):
        make(tmp_path / ".pam.f", tmp_path / "other")
        with pytest.raises(OSError, match=r"symbolic links|not permitted"):
            _replace(tmp_path, b"new")
        (tmp_path / ".pam.f").unlink()
    assert (tmp_path / "other").read_bytes() == b"precious"
    assert not (tmp_path / "f").exists()


def test_what_a_killed_writer_left_aside_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / ".pam.f").write_bytes(b"half of something long")
    _replace(tmp_path, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["f"]
    assert (tmp_path / "f").read_bytes() == b"new"


def test_one_writes_at_a_time(tmp_path: Path) -> None:
    with (tmp_path / ".pam.f").open("wb") as another:
        fcntl.flock(another, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            _replace(tmp_path, b"new")
    assert not (tmp_path / "f").exists()


def test_a_directory_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    with pytest.raises(IsADirectoryError):
        _replace(tmp_path, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["f"]


@pytest.mark.parametrize("path", ["/", "", "/d/", "/..", "/."])
def test_a_path_that_names_no_file_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(OSError, match="Invalid argument") as caught:
        _replace(tmp_path, b"new", path=path)
    assert caught.value.errno == errno.EINVAL


def test_a_missing_directory_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        _replace(tmp_path, b"new", path="/d/f")
