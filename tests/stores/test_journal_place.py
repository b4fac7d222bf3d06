"""Journals that somebody lays beside an SQLite file: root carries none of them out."""

import os
import sqlite3
import struct
from pathlib import Path

import pytest

from pamkit.formats import user_table
from pamkit.stores.journal_place import is_open_to_others
from pamkit.stores.root import Root
from pamkit.stores.user_databases import DiskDatabases
from pamkit.stores.user_file import UserFile, create
from pamkit.vocab.secret import Secret

_ROOT = pytest.mark.needs("root")
_NOBODY = 65534
_MAGIC = bytes.fromhex("d9d505f920a163d7")
_PAGE, _SECTOR = 4096, 512


def _file(path: Path) -> None:
    made = sqlite3.connect(path)
    made.execute(f"PRAGMA page_size = {_PAGE}")
    made.executescript(user_table.CREATE)
    made.execute("INSERT INTO users VALUES ('alice', 'x', 1, 2, NULL, 0)")
    made.commit()
    made.close()


def _lay_journal(path: Path, victim: Path) -> None:
    """Lay a journal that names ``victim`` as one that several files share; SQLite removes those."""
    pages = path.stat().st_size // _PAGE
    head = _MAGIC + struct.pack(">5I", 0, 0, pages, _SECTOR, _PAGE)
    name = os.fsencode(victim)
    last = struct.pack(">I", 0x40000000 // _PAGE + 1) + name
    last += struct.pack(">II", len(name), sum(name)) + _MAGIC
    Path(f"{path}-journal").write_bytes(head.ljust(_SECTOR, b"\0") + last)


@pytest.fixture(params=["owner", "mode", "above"])
def hostile(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    """A file of users where nobody could lay a journal, and has; and what the journal removes."""
    above, victim = tmp_path / "app", tmp_path / "victim"
    place = above / "data"
    place.mkdir(parents=True)
    victim.write_text("precious")
    _file(place / "users.sqlite")
    _lay_journal(place / "users.sqlite", victim)
    if request.param == "owner":
        os.chown(place, _NOBODY, _NOBODY)
    elif request.param == "mode":
        place.chmod(0o1777)
    else:
        os.chown(above, _NOBODY, _NOBODY)
    return place / "users.sqlite", victim


@_ROOT
@pytest.mark.parametrize("below", [False, True], ids=["system", "root"])
def test_a_look_of_roots_removes_no_file_that_somebody_else_named(
    hostile: tuple[Path, Path], tmp_path: Path, below: bool
) -> None:
    file, victim = hostile
    path = str(file).removesuffix(".sqlite")
    root = Root(str(tmp_path)) if below else Root("/")
    inside = path.removeprefix(str(tmp_path)) if below else path
    with pytest.raises(OSError, match="attempt to write a readonly database"):
        DiskDatabases(root).find(inside, "alice")
    with pytest.raises(PermissionError, match="root only reads it"):
        DiskDatabases(root).change(inside, "alice", old=Secret("x"), new=Secret("y"), now=0)
    assert victim.exists()


@_ROOT
def test_whoever_manages_the_file_as_root_removes_none_either(hostile: tuple[Path, Path]) -> None:
    file, victim = hostile
    with pytest.raises(OSError, match="readonly"):
        UserFile(str(file))
    with pytest.raises(PermissionError, match="root only reads it"):
        create(str(file.with_name("new.sqlite")))
    os.unlink(f"{file}-journal")
    with UserFile(str(file)) as users:
        assert [user.name for user in users.users()] == ["alice"]
        with pytest.raises(PermissionError, match="root only reads it") as refused:
            users.remove("alice")
    assert refused.value.filename == str(file)
    assert DiskDatabases(Root("/")).find(str(file).removesuffix(".sqlite"), "alice").stored
    assert victim.exists()


@_ROOT
def test_a_link_that_somebody_else_made_is_not_followed_to_write(tmp_path: Path) -> None:
    theirs, place = tmp_path / "theirs", tmp_path / "place"
    theirs.mkdir()
    place.mkdir()
    _file(place / "users.sqlite")
    (theirs / "link").symlink_to(place)
    (tmp_path / "link").symlink_to(place)
    os.chown(theirs, _NOBODY, _NOBODY)
    expected = [("place", False), ("link", False), ("theirs/link", True)]
    found = [
        (name, is_open_to_others(Root("/"), f"{tmp_path}/{name}/users.sqlite"))
        for name, _ in expected
    ]
    assert found == expected


@_ROOT
def test_what_a_killed_writer_left_is_put_in_order_where_only_root_could(tmp_path: Path) -> None:
    file = tmp_path / "users.sqlite"
    _file(file)
    left = tmp_path / "left"
    left.write_text("precious")
    _lay_journal(file, left)
    assert DiskDatabases(Root("/")).find(f"{tmp_path}/users", "alice").stored is not None
    assert os.listdir(tmp_path) == ["users.sqlite"]  # so the journals above would have worked


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = f"{tmp_path}/missing/users.sqlite"
    for use in (create, UserFile):
        with pytest.raises(FileNotFoundError) as refused:
            use(path)
        assert refused.value.filename is not None
        assert isinstance(refused.value.filename, str)
