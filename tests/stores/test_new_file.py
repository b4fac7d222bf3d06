"""Files under names that nobody can foresee, and how they go again."""

import errno
import os
import stat
from pathlib import Path

import pytest

from pamkit.stores import new_file
from pamkit.stores.accounts import accounts_for
from pamkit.stores.files import DiskFiles
from pamkit.stores.root import Root


def _files(root: Path) -> DiskFiles:
    place = Root(str(root))
    return DiskFiles(place, accounts_for(place))


def test_a_new_file_is_empty_and_its_owner_s_alone(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    before = os.umask(0)
    try:
        made = {_files(tmp_path).new("/home", ".x") for _ in range(50)}
    finally:
        os.umask(before)
    assert len(made) == 50
    for path in made:
        status = (tmp_path / path[1:]).lstat()
        assert (stat.S_ISREG(status.st_mode), status.st_mode & 0o777) == (True, 0o600)
        assert status.st_size == 0
        name = path.removeprefix("/home/.x")
        assert (len(name), name.isascii(), name.isalnum()) == (6, True, True)


def test_a_link_that_waits_for_the_file_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreseen = [b"\0" * 6, b"\1" * 6, b"\2" * 6]
    monkeypatch.setattr(os, "urandom", lambda _: foreseen.pop(0))
    (tmp_path / ".xAAAAAA").symlink_to("victim")
    (tmp_path / ".xBBBBBB").mkdir()
    assert _files(tmp_path).new("/", ".x") == "//.xCCCCCC"
    assert not (tmp_path / "victim").exists()


def test_somebody_who_foresees_all_names_gets_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_file, "_chance", lambda: b"foresee")
    (tmp_path / ".xforesee").symlink_to("victim")
    with pytest.raises(FileExistsError):
        _files(tmp_path).new("/", ".x")
    assert os.listdir(tmp_path) == [".xforesee"]


def test_what_is_no_directory_gets_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for directory, number in (("/file", errno.ENOTDIR), ("/none", errno.ENOENT)):
        with pytest.raises(OSError, match=os.strerror(number)):
            _files(tmp_path).new(directory, ".x")


def test_a_file_is_removed_and_a_link_goes_itself(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "victim").write_text("x")
    (tmp_path / "link").symlink_to("victim")
    for path in ("/file", "/link"):
        _files(tmp_path).remove(path)
    assert os.listdir(tmp_path) == ["victim"]
    with pytest.raises(FileNotFoundError):
        _files(tmp_path).remove("/file")


@pytest.mark.parametrize("path", ["/d", "/d/", "/d/.", "/d/..", "/"])
def test_a_directory_is_not_removed(tmp_path: Path, path: str) -> None:
    (tmp_path / "d").mkdir()
    with pytest.raises(OSError, match=r"directory|Invalid argument"):
        _files(tmp_path).remove(path)
    assert os.listdir(tmp_path) == ["d"]
