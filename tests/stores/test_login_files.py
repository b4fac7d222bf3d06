from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pamkit.formats import lastlog2, wtmpdb
from pamkit.formats.utmp import UTMP
from pamkit.module.world import World
from pamkit.records.event import Happening, LoginEvent
from pamkit.records.lastlog2 import Lastlog2Recorder
from pamkit.records.wtmpdb import WtmpdbRecorder
from pamkit.stores.login_files import DiskLoginFiles
from pamkit.stores.login_tables import end_of, filled, is_database, rows
from pamkit.stores.root import Root
from pamkit.stores.system import system_world
from tests.stores.built_c import build, load

COME = LoginEvent(Happening.LOGIN, 1_700_000_000_000_005, "alice", 1000, "pts/0", "far", "sshd")


@pytest.fixture
def root(tmp_path: Path) -> Root:
    for directory in ("run", "var/log", "var/lib/wtmpdb", "var/lib/lastlog"):
        (tmp_path / directory).mkdir(parents=True)
    (tmp_path / "var/run").symlink_to("/run")
    return Root(str(tmp_path))


@pytest.fixture
def files(root: Root) -> DiskLoginFiles:
    return DiskLoginFiles(root)


def test_a_file_is_changed_in_place_below_the_root(root: Root, files: DiskLoginFiles) -> None:
    file = Path(root.path, "run/utmp")
    file.write_bytes(b"0123456789")
    with files.hold(UTMP) as held:
        held.write(2, b"ab")
        held.append(10, b"cd")
        assert (held.size(), held.read(1, 4), held.read(11, 9)) == (12, b"1ab4", b"d")
    assert file.read_bytes() == b"01ab456789cd"
    assert files.read(UTMP, 2, 100) == b"ab456789cd"


def test_a_file_is_made_only_where_it_is_asked_for(root: Root, files: DiskLoginFiles) -> None:
    with pytest.raises(FileNotFoundError):
        files.hold(UTMP)
    files.hold(UTMP, create=0o640).__exit__(None, None, None)
    assert os.stat(f"{root.path}/run/utmp").st_mode & 0o777 == 0o640


@pytest.mark.parametrize("kind", ["directory", "fifo", "link"])
def test_what_is_no_file_is_not_written(root: Root, files: DiskLoginFiles, kind: str) -> None:
    place = Path(root.path, "run/utmp")
    if kind == "directory":
        place.mkdir()
    elif kind == "fifo":
        os.mkfifo(place)
    else:
        place.symlink_to("/run/elsewhere")  # nothing is there, and nothing is made
    with pytest.raises(OSError, match=r"regular|directory|No such"):
        files.hold(UTMP)


def test_a_lock_meets_that_of_c_programs_and_is_waited_for_as_long_as_was_said(
    root: Root, files: DiskLoginFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(root.path, "run/utmp")
    file.touch()
    script = (
        "import fcntl, sys; f = open(sys.argv[1], 'r+'); fcntl.lockf(f, fcntl.LOCK_EX);"
        "print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        (sys.executable, "-c", script, file), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        for act in (lambda: files.hold(UTMP), lambda: files.read(UTMP, 0, 1)):
            with pytest.raises(BlockingIOError):
                act()
        waited: list[float] = []

        def wait(seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 3:
                other.kill()
                other.wait()

        monkeypatch.setattr(time, "sleep", wait)
        with DiskLoginFiles(root, patience=60.0).hold(UTMP):
            assert len(waited) >= 3


def test_who_is_waited_for_too_long_is_left(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(root.path, "run/utmp").touch()
    clock = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(time, "sleep", lambda _: None)
    files = DiskLoginFiles(root, patience=10.0)
    with files.hold(UTMP):
        with pytest.raises(BlockingIOError):
            files.hold(UTMP)
    assert 10 <= next(clock) < 14


def test_a_part_that_another_has_is_no_matter(root: Root, files: DiskLoginFiles) -> None:
    Path(root.path, "run/utmp").touch()
    with files.hold(UTMP, start=0, length=292):
        files.hold(UTMP, start=292, length=292).__exit__(None, None, None)
        with pytest.raises(BlockingIOError):
            files.hold(UTMP, start=291, length=1)


def test_no_other_descriptor_gives_the_lock_back(root: Root, files: DiskLoginFiles) -> None:
    file = Path(root.path, "run/utmp")
    file.touch()
    with files.hold(UTMP):
        os.close(os.open(file, os.O_RDWR))
        with pytest.raises(BlockingIOError), file.open("r+b") as opened:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_record_that_finds_no_room_is_taken_back(
    root: Root, files: DiskLoginFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(root.path, "run/utmp")
    file.write_bytes(b"old")
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda into, data, at: write(into, data[:2], at))
    with files.hold(UTMP) as held, pytest.raises(OSError, match="No space left"):
        held.append(3, b"new")
    assert file.read_bytes() == b"old"


def test_a_file_is_open_to_all_if_its_mode_says_so(root: Root, files: DiskLoginFiles) -> None:
    file = Path(root.path, "run/utmp")
    file.touch()
    found = []
    for mode in (0o600, 0o660, 0o664, 0o622):
        file.chmod(mode)
        with files.hold(UTMP) as held:
            found.append(held.is_open_to_all())
    assert found == [False, False, True, True]


# --- databases -----------------------------------------------------------------------------------


def test_databases_are_those_of_the_c_programs(root: Root, files: DiskLoginFiles) -> None:
    assert WtmpdbRecorder(files).record(COME) == 1
    assert WtmpdbRecorder(files).record(COME.changed(user="é" * 40)) == 2
    assert WtmpdbRecorder(files).record(COME.changed(happening=Happening.LOGOUT, when=2)) == 1
    Lastlog2Recorder(files).record(COME)
    Lastlog2Recorder(files).record(COME.changed(when=2**40 * 1_000_000))
    with sqlite3.connect(f"{root.path}{wtmpdb.PATH}") as database:
        (schema,) = database.execute("SELECT sql FROM sqlite_master").fetchone()
        found = database.execute("SELECT * FROM wtmp").fetchall()
    database.close()
    assert schema == (
        "CREATE TABLE wtmp(ID INTEGER PRIMARY KEY, Type INTEGER, User TEXT NOT NULL,"
        " Login INTEGER, Logout INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT) STRICT"
    )
    assert found == [
        (1, 3, "alice", 1_700_000_000_000_005, 2, "pts/0", "far", "sshd"),
        (2, 3, "é" * 40, 1_700_000_000_000_005, None, "pts/0", "far", "sshd"),
    ]
    with sqlite3.connect(f"{root.path}{lastlog2.PATH}") as database:
        found = database.execute("SELECT * FROM Lastlog2").fetchall()
    database.close()
    assert found == [("alice", 2**40, "pts/0", "far", "sshd")]
    assert os.stat(f"{root.path}{wtmpdb.PATH}").st_mode & 0o777 == 0o644


def test_who_writes_a_database_is_waited_for(
    root: Root, files: DiskLoginFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    WtmpdbRecorder(files).record(COME)
    other = sqlite3.connect(f"{root.path}{wtmpdb.PATH}", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BlockingIOError):
        WtmpdbRecorder(files).record(COME)
    monkeypatch.setattr(time, "sleep", lambda _: other.close())
    assert WtmpdbRecorder(DiskLoginFiles(root, patience=60.0)).record(COME) == 2


def test_a_login_of_another_thread_is_not_disturbed(root: Root, files: DiskLoginFiles) -> None:
    """C: a record lock goes when its process closes any descriptor of the file."""
    WtmpdbRecorder(files).record(COME)
    other = sqlite3.connect(f"{root.path}{wtmpdb.PATH}", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BlockingIOError):
        WtmpdbRecorder(files).record(COME)
    script = (
        "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
    )
    done = subprocess.run(
        (sys.executable, "-c", script, f"{root.path}{wtmpdb.PATH}"),
        capture_output=True,
        check=False,
    )
    other.close()
    assert b"database is locked" in done.stderr


def test_many_who_are_the_first_at_once_all_are_on_record(root: Root) -> None:
    children = []
    for number in range(8):
        child = os.fork()
        if child == 0:
            patient = DiskLoginFiles(root, patience=60.0)
            for at in range(5):
                WtmpdbRecorder(patient).record(COME.changed(user=f"user{number}", pid=at))
                Lastlog2Recorder(patient).record(COME.changed(user=f"user{number}"))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    names = [row[1] for row in rows(root, wtmpdb.PATH, wtmpdb.ALL)]
    assert {b"user%d" % number: 5 for number in range(8)} == {
        name: names.count(name) for name in set(names)
    }
    assert len(rows(root, lastlog2.PATH, lastlog2.ALL)) == 8


@pytest.mark.needs("root")
def test_root_writes_no_database_where_others_could_lay_a_journal(
    root: Root, files: DiskLoginFiles
) -> None:
    Path(root.path, "var/lib/wtmpdb").chmod(0o777)
    with pytest.raises(PermissionError, match="others than root can write its directory"):
        WtmpdbRecorder(files).record(COME)
    assert os.listdir(f"{root.path}/var/lib/wtmpdb") == []


def test_what_is_no_database_is_left_as_it_is(root: Root, files: DiskLoginFiles) -> None:
    Path(root.path, "var/lib/wtmpdb/wtmp.db").write_bytes(b"no database, and long enough" * 40)
    with pytest.raises(OSError, match="not a database"):
        WtmpdbRecorder(files).record(COME)


def test_a_database_is_looked_at_and_neither_made_nor_changed(
    root: Root, files: DiskLoginFiles
) -> None:
    recorder = Lastlog2Recorder(files)
    with pytest.raises(FileNotFoundError):
        recorder.find("alice")
    assert os.listdir(f"{root.path}/var/lib/lastlog") == []
    recorder.record(COME)
    file = Path(root.path + lastlog2.PATH)
    before = file.read_bytes()
    found = recorder.find("alice")
    assert found is not None
    assert (found.when, found.line, found.host, found.service) == (
        *(1_700_000_000_000_000, "pts/0", "far"),
        "sshd",
    )
    assert recorder.find("bob") is None
    with pytest.raises(OSError, match="readonly database"):
        files.look(lastlog2.PATH, "DELETE FROM Lastlog2", ())
    assert (file.read_bytes(), os.listdir(file.parent)) == (before, [file.name])


@pytest.mark.needs("root")
def test_root_only_looks_where_others_could_lay_a_journal(
    root: Root, files: DiskLoginFiles
) -> None:
    Lastlog2Recorder(files).record(COME)
    place = Path(root.path, "var/lib/lastlog")
    place.chmod(0o777)
    found = Lastlog2Recorder(files).find("alice")
    assert found is not None
    assert found.line == "pts/0"
    journal = place / "lastlog2.db-journal"
    journal.write_bytes(b"x" * 600)
    with pytest.raises(OSError, match="readonly database"):
        Lastlog2Recorder(files).find("alice")
    assert journal.read_bytes() == b"x" * 600


def test_a_file_is_read_while_another_holds_it_if_that_is_wanted(
    root: Root, files: DiskLoginFiles
) -> None:
    Path(root.path, "run/utmp").write_bytes(b"here")
    with files.hold(UTMP):
        with pytest.raises(BlockingIOError):
            files.read(UTMP, 0, 9)
        assert files.read(UTMP, 1, 9, waits=False) == b"ere"


# --- looking through -----------------------------------------------------------------------------


def test_a_table_that_is_mostly_a_hole_is_looked_through_at_once(root: Root) -> None:
    file = f"{root.path}/table"
    with open(file, "wb") as table:
        for number in (0, 7, 1000, 4_000_000_000):
            table.seek(number * 292)
            table.write(b"x" * 292)
    found = [(number, len(data)) for number, data in filled(root, "/table", 292)]
    assert found == [(number, 292) for number in (0, 7, 1000, 4_000_000_000)]


def test_of_a_very_long_file_the_end_is_read(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(root.path, "long").write_bytes(b"".join(bytes([n]) * 9600 for n in range(5)) + b"end")
    monkeypatch.setattr("pamkit.stores.login_tables._MOST", 2 * 9600)
    data = end_of(root, "/long")
    assert (data[:1], len(data), data[-3:]) == (b"\4", 9600 + 3, b"end")
    monkeypatch.setattr("pamkit.stores.login_tables._MOST", 9600 * 10)
    assert len(end_of(root, "/long")) == 5 * 9600 + 3


def test_a_database_is_known_by_its_first_bytes_and_without_a_table_has_no_rows(
    root: Root, files: DiskLoginFiles
) -> None:
    Lastlog2Recorder(files).record(COME)
    Path(root.path, "short").write_bytes(b"SQLite")
    found = [is_database(root, path) for path in (lastlog2.PATH, "/short")]
    assert found == [True, False]
    assert rows(root, lastlog2.PATH, wtmpdb.ALL) == ()
    Path(root.path, "short").write_bytes(b"x" * 4096)
    with pytest.raises(OSError, match="not a database"):
        rows(root, "/short", wtmpdb.ALL)


def test_the_world_has_the_files_of_its_root(root: Root) -> None:
    world: World = system_world(root.path)
    Path(root.path, "run/utmp").write_bytes(b"here")
    assert world.login_files.read(UTMP, 0, 9) == b"here"
    assert world.login_files.machine() == os.uname().machine


@pytest.mark.needs("cc", "python-headers", "sqlite3")
def test_databases_are_written_by_the_c_of_the_core_as_well(
    root: Root,
    files: DiskLoginFiles,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    built = load(build(tmp_path_factory.getbasetemp()))
    monkeypatch.setattr("pamkit.stores.c_library.c_library", built)
    assert [WtmpdbRecorder(files).record(COME) for _ in range(2)] == [1, 2]
    assert WtmpdbRecorder(files).record(COME.changed(happening=Happening.LOGOUT, when=2)) == 1
    Lastlog2Recorder(files).record(COME)
    assert [row[1:4] for row in rows(root, wtmpdb.PATH, wtmpdb.ALL)] == [
        (b"alice", 1_700_000_000_000_005, None),
        (b"alice", 1_700_000_000_000_005, 2),
    ]
    assert rows(root, lastlog2.PATH, lastlog2.FIND, b"alice")[0][1] == 1_700_000_000
    found = Lastlog2Recorder(files).find("alice")
    assert found is not None
    assert found.line == "pts/0"
    with pytest.raises(OSError, match="readonly database"):
        files.look(lastlog2.PATH, "DELETE FROM Lastlog2", ())


def test_a_file_that_is_read_to_be_written_has_to_be_one_that_can_be(
    root: Root, files: DiskLoginFiles
) -> None:
    place = Path(root.path, "run/utmp")
    place.write_bytes(b"here")
    assert files.read(UTMP, 1, 9, to_write=True) == b"ere"
    place.unlink()
    with pytest.raises(FileNotFoundError):
        files.read(UTMP, 0, 9, to_write=True)
    os.mkfifo(place)
    with pytest.raises(OSError, match="not a regular file"):
        files.read(UTMP, 0, 9, to_write=True)
