"""Files that root alone can have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamkit.module.owned import NotRootsAlone, read_owned
from pamkit.module.world import FileStatus
from pamkit.stores.system import system_world
from pamkit.testing.files import MemoryFiles

_PATH = "/etc/security/pam_policy/x"


def _files(**statuses: FileStatus) -> MemoryFiles:
    files = MemoryFiles({_PATH: "text"})
    places = {"file": _PATH, "near": "/etc/security/pam_policy", "top": "/etc"}
    files.statuses = {places[name]: status for name, status in statuses.items()}
    return files


def test_what_is_roots_alone_is_read() -> None:
    assert read_owned(_files(), _PATH) == b"text"


@pytest.mark.parametrize(
    ("place", "status", "why"),
    [
        ("file", FileStatus("file", 0o664), "others than root may write it: mode 0664"),
        ("file", FileStatus("file", 0o646), "others than root may write it: mode 0646"),
        ("file", FileStatus("file", 0o644, uid=1000), "it belongs to user 1000, not to root"),
        ("file", FileStatus("link", 0o777), "it is no file, but a link"),
        ("file", FileStatus("fifo", 0o600), "it is no file, but a fifo"),
        ("file", FileStatus("directory", 0o755), "it is no file, but a directory"),
        ("near", FileStatus("directory", 0o1777), "others than root may write it: mode 1777"),
        ("near", FileStatus("directory", 0o775), "others than root may write it: mode 0775"),
        ("near", FileStatus("link", 0o777), "it is no directory, but a link"),
        ("top", FileStatus("directory", 0o755, uid=1), "it belongs to user 1, not to root"),
    ],
)
def test_what_others_could_have_written_is_refused(
    place: str, status: FileStatus, why: str
) -> None:
    with pytest.raises(NotRootsAlone, match=why):
        read_owned(_files(**{place: status}), _PATH)


@pytest.mark.parametrize(
    "path",
    ["", "x", "etc/x", "/etc/../etc/x", "/etc/./x", "/etc//x", "/etc/x/", "/", "/etc/x\0y"],
)
def test_a_path_that_is_not_plain_is_refused(path: str) -> None:
    files = MemoryFiles({path: "text", "/etc/x": "text"})
    with pytest.raises(OSError, match="expected an absolute path"):
        read_owned(files, path)


def test_only_a_file_that_is_not_there_is_missing() -> None:
    files = _files()
    with pytest.raises(FileNotFoundError):
        read_owned(files, f"{_PATH}y")
    with pytest.raises(OSError, match="the directory `/gone' is not there") as odd:
        read_owned(files, "/gone/x")
    assert not isinstance(odd.value, FileNotFoundError)


def test_a_real_file_of_roots_is_read_and_one_in_a_directory_of_all_is_not(tmp_path: Path) -> None:
    files = system_world("/").files
    assert read_owned(files, "/etc/passwd") == Path("/etc/passwd").read_bytes()
    (tmp_path / "x").write_text("text")
    (tmp_path / "link").symlink_to("/etc/passwd")
    for name in ("x", "link"):
        with pytest.raises(NotRootsAlone):
            read_owned(files, str(tmp_path / name))
