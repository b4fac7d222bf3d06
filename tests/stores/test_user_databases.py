import errno
import os
import socket
import sqlite3
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pamkit.formats import user_table
from pamkit.module.world import DatabaseUser
from pamkit.stores.root import Root
from pamkit.stores.user_databases import DiskDatabases
from pamkit.vocab.secret import Secret
from tests.formats.database_files import berkeley, gdbm

db_load = pytest.mark.needs("db_load")


def _sqlite(path: Path, **hashes: str) -> None:
    path.unlink(missing_ok=True)
    made = sqlite3.connect(path)
    made.executescript(user_table.CREATE)
    for name, hashed in hashes.items():
        made.execute("INSERT INTO users VALUES (?, ?, 1, 2, NULL, 0)", (name, hashed))
    made.commit()
    made.close()


@pytest.fixture(params=["system", "root"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[DiskDatabases, str, Path]:
    """Databases of the system, or below a root: the store, the path as it knows it, and ours."""
    if request.param == "system":
        return DiskDatabases(Root("/")), f"{tmp_path}/users", tmp_path / "users"
    (tmp_path / "srv").mkdir()
    return DiskDatabases(Root(str(tmp_path))), "/srv/users", tmp_path / "srv" / "users"


Place = tuple[DiskDatabases, str, Path]


def _stored(user: DatabaseUser) -> bytes | None:
    return None if user.stored is None else user.stored.expose()


@db_load
@pytest.mark.needs("gdbm")
def test_each_kind_is_read_by_its_first_bytes(place: Place) -> None:
    databases, path, file = place
    made: dict[str, Callable[[Path], object]] = {
        "": lambda at: gdbm(at, {b"alice": b"gdbm"}),
        ".pag": lambda at: gdbm(at, {b"alice": b"ndbm"}),
        ".db": lambda at: berkeley(at, {b"alice": b"berkeley"}),
        ".sqlite": lambda at: _sqlite(at, alice="sqlite"),
    }
    expected = [b"gdbm", b"ndbm", b"berkeley", b"sqlite"]
    found = []
    for suffix, make in made.items():  # each goes before those that are there already
        make(Path(f"{file}{suffix}"))
        found.append(_stored(databases.find(path, "alice")))
        assert databases.find(path, "bob").stored is None
    assert found == expected
    assert databases.find(path, "bob").is_managed is True
    os.rename(f"{file}.pag", f"{file}.sqlite")  # SQLite's by its name, and no file of SQLite's
    with pytest.raises(OSError, match="file is not a database"):
        databases.find(path, "alice")


def test_a_link_to_nothing_does_not_let_an_older_database_answer(tmp_path: Path) -> None:
    (tmp_path / "users.db").write_bytes(b"who was removed long ago")
    (tmp_path / "users.sqlite").symlink_to(tmp_path / "volume" / "users.sqlite")
    with pytest.raises(FileNotFoundError) as refused:
        DiskDatabases(Root("/")).find(f"{tmp_path}/users", "alice")
    assert os.fsdecode(refused.value.filename) == f"{tmp_path}/users.sqlite"


def test_nothing_there_is_no_such_file(place: Place) -> None:
    databases, path, file = place
    with pytest.raises(FileNotFoundError, match="No such file or directory"):
        databases.find(path, "alice")
    file.mkdir()  # of the same name, and somebody else's
    with pytest.raises(FileNotFoundError):
        databases.endings(path, "alice-")
    with pytest.raises(FileNotFoundError):
        databases.change(path, "alice", old=Secret("x"), new=Secret("y"), now=0)


@pytest.mark.parametrize("kind", ["directory", "fifo", "socket"])
@pytest.mark.parametrize("suffix", [".sqlite", ".db"])
def test_what_is_no_file_is_not_opened(
    place: Place, suffix: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases, path, file = place
    at = Path(f"{file}{suffix}")
    if kind == "directory":
        at.mkdir()
    elif kind == "fifo":
        os.mkfifo(at)
    else:
        held = socket.socket(socket.AF_UNIX)
        monkeypatch.chdir(at.parent)  # names of sockets are short
        held.bind(at.name)
        held.close()
    words = "Is a directory" if kind == "directory" else "Invalid argument"
    with pytest.raises(OSError, match=words):
        databases.find(path, "alice")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a database that is known"),
        (b"alice:secret\n" * 9, "not a database that is known"),
        (b"SQLite format 3\0" + bytes(84), "its name must end in `.sqlite`"),
    ],
)
def test_a_file_of_another_kind_is_named(place: Place, data: bytes, words: str) -> None:
    databases, path, file = place
    Path(f"{file}.db").write_bytes(data)
    with pytest.raises(OSError, match=words):
        databases.find(path, "alice")


@db_load
def test_a_btree_is_named(place: Place) -> None:
    databases, path, file = place
    berkeley(Path(f"{file}.db"), {b"alice": b"x"}, kind="btree")
    with pytest.raises(OSError, match="a btree file, expected a hash file") as refused:
        databases.find(path, "alice")
    assert refused.value.errno == errno.EINVAL


@db_load
def test_names_are_bytes(place: Place) -> None:
    databases, path, file = place
    berkeley(Path(f"{file}.db"), {b"\xff\xe9": b"x", "é".encode(): b"y"})
    assert _stored(databases.find(path, "\udcff\udce9")) == b"x"
    assert _stored(databases.find(path, "é")) == b"y"


@db_load
def test_what_is_behind_the_name_in_keys_is_found(place: Place) -> None:
    databases, path, file = place
    keys = (b"alice-one", b"alice-two", b"alice", b"bob-three", b"alice-")
    berkeley(Path(f"{file}.db"), dict.fromkeys(keys, b"1"))
    found = databases.endings(path, "alice-")
    assert sorted(ending.expose() for ending in found) == [b"", b"one", b"two"]
    assert databases.endings(path, "carol-") == ()


def test_an_sqlite_file_has_no_passwords_in_its_keys(place: Place) -> None:
    databases, path, file = place
    _sqlite(Path(f"{file}.sqlite"), alice="x")
    with pytest.raises(OSError, match="`key_only` is not for it"):
        databases.endings(path, "alice-")


@db_load
def test_only_sqlite_files_are_changed(place: Place) -> None:
    databases, path, file = place
    berkeley(Path(f"{file}.db"), {b"alice": b"x"})
    with pytest.raises(OSError, match="only SQLite files are written"):
        databases.change(path, "alice", old=Secret("x"), new=Secret("y"), now=0)


def test_a_hash_is_changed_if_it_is_the_one_that_was_seen(place: Place) -> None:
    databases, path, file = place
    _sqlite(Path(f"{file}.sqlite"), alice="one", bob="one")
    old, new = Secret("one"), Secret("two")
    assert databases.change(path, "alice", old=old, new=new, now=77.5) is True
    assert databases.change(path, "alice", old=old, new=new, now=78) is False
    assert databases.change(path, "nobody", old=old, new=new, now=78) is False
    assert [_stored(databases.find(path, name)) for name in ("alice", "bob")] == [b"two", b"one"]
    assert os.listdir(file.parent) == ["users.sqlite"]


def test_locks_and_ends_are_told(place: Place) -> None:
    databases, path, file = place
    _sqlite(Path(f"{file}.sqlite"), alice="x", bob="x")
    made = sqlite3.connect(f"{file}.sqlite")
    made.execute("UPDATE users SET locked = 1, expires = 99 WHERE name = 'alice'")
    made.commit()
    made.close()
    alice, bob = (databases.find(path, name) for name in ("alice", "bob"))
    assert (alice.is_locked, alice.expires, alice.is_managed) == (True, 99, True)
    assert (bob.is_locked, bob.expires, bob.is_managed) == (False, None, True)


def _unchecked(check: str, rest: str) -> str:
    """Return a table without one of its checks, and a row that the check forbids."""
    table = user_table.CREATE.replace(check, "")
    assert table != user_table.CREATE
    return f"{table}INSERT INTO users VALUES ('alice', {rest})"  # noqa: S608  # our own words


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE users (name PRIMARY KEY, hash, locked, expires);"
        "INSERT INTO users VALUES ('alice', 'x', 0, NULL)",
        user_table.CREATE + "PRAGMA user_version = 2",
        _unchecked("CHECK (locked IN (0, 1))", "'x', 1, 1, NULL, 'no'"),
        _unchecked("CHECK (typeof(hash) = 'text' AND hash <> '')", "'', 1, 1, NULL, 0"),
    ],
)
def test_an_sqlite_file_of_somebody_else_is_an_error(place: Place, script: str) -> None:
    databases, path, file = place
    made = sqlite3.connect(f"{file}.sqlite")
    made.executescript(script)
    made.commit()
    made.close()
    with pytest.raises(OSError, match="not a file of users that is known"):
        databases.find(path, "alice")


_ENDLESS = (
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    " SELECT 'x' || i AS name, 'x' AS hash, 0 AS locked, NULL AS expires FROM n"
)
_OURS = user_table.CREATE.partition("CREATE TABLE")[0]


@pytest.mark.parametrize(
    "made",
    [
        f"CREATE VIEW users AS {_ENDLESS}",
        "CREATE VIEW users AS SELECT 'alice' AS name, 'x' AS hash, 0 AS locked, NULL AS expires",
        "CREATE TABLE users (name, hash, locked, expires)",
        "CREATE VIRTUAL TABLE users USING fts4 (name, hash, locked, expires)",
    ],
)
def test_what_is_no_table_with_a_key_is_not_looked_into(place: Place, made: str) -> None:
    databases, path, file = place
    with sqlite3.connect(f"{file}.sqlite") as database:
        database.executescript(_OURS + made)
    database.close()
    with pytest.raises(OSError, match="no such index"):
        databases.find(path, "alice")
    with pytest.raises(OSError, match=r"no such index|may not be modified|is a view"):
        databases.change(path, "alice", old=Secret("x"), new=Secret("y"), now=0)


def test_while_somebody_writes_it_is_busy_and_afterwards_it_is_not(place: Place) -> None:
    databases, path, file = place
    _sqlite(Path(f"{file}.sqlite"), alice="x")
    writer = sqlite3.connect(f"{file}.sqlite", isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    with pytest.raises(BlockingIOError):
        databases.find(path, "alice")
    with pytest.raises(BlockingIOError):
        databases.change(path, "alice", old=Secret("x"), new=Secret("y"), now=0)
    writer.execute("COMMIT")
    writer.close()
    assert _stored(databases.find(path, "alice")) == b"x"


def test_a_look_does_not_undo_the_locks_of_a_writer_in_this_process(place: Place) -> None:
    databases, path, file = place
    _sqlite(Path(f"{file}.sqlite"), alice="x")
    writer = sqlite3.connect(f"{file}.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        assert _stored(databases.find(path, "alice")) == b"x"
    child = os.fork()
    if child == 0:
        try:
            other = sqlite3.connect(f"{file}.sqlite", timeout=0, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            os._exit(7)  # the lock is there, as another process sees it
        os._exit(0)
    _, status = os.waitpid(child, 0)
    writer.execute("ROLLBACK")
    writer.close()
    assert os.waitstatus_to_exitcode(status) == 7


@pytest.mark.needs("gdbm")
def test_a_gdbm_file_is_not_read_while_somebody_writes(place: Place) -> None:
    import fcntl

    databases, path, file = place
    gdbm(file, {b"alice": b"x"})
    with file.open("rb+") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            databases.find(path, "alice")
    assert _stored(databases.find(path, "alice")) == b"x"


@db_load
def test_a_file_that_changes_while_it_is_read_is_read_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases, path, file = place
    at = Path(f"{file}.db")
    berkeley(at, {b"alice": b"x"})
    pread, changes = os.pread, [at.read_bytes()]

    def disturbed(descriptor: int, size: int, offset: int) -> bytes:
        if changes and offset:
            at.write_bytes(changes.pop())
            os.utime(at, (1, 1))
        return pread(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", disturbed)
    with pytest.raises(BlockingIOError, match="the file was changed meanwhile"):
        databases.find(path, "alice")
    assert _stored(databases.find(path, "alice")) == b"x"


@pytest.mark.needs("root")
def test_who_may_only_read_reads_and_leaves_nothing_behind() -> None:
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        _sqlite(Path(directory, "users.sqlite"), alice="x")
        os.chmod(Path(directory, "users.sqlite"), 0o644)
        child = os.fork()
        if child == 0:
            os._exit(_read_and_not_write(f"{directory}/users"))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert os.listdir(directory) == ["users.sqlite"]


def _read_and_not_write(path: str) -> int:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    databases = DiskDatabases(Root("/"))
    if _stored(databases.find(path, "alice")) != b"x":
        return 1
    try:
        databases.change(path, "alice", old=Secret("x"), new=Secret("y"), now=0)
    except OSError as fault:
        return 7 if fault.strerror == "attempt to write a readonly database" else 2
    return 3


def test_many_threads_look_while_others_change(tmp_path: Path) -> None:
    databases, path = DiskDatabases(Root("/")), f"{tmp_path}/users"
    _sqlite(tmp_path / "users.sqlite", alice="0")
    seen: list[bytes | None] = []

    def look() -> None:
        while len(seen) < 100:
            try:
                seen.append(_stored(databases.find(path, "alice")))
            except BlockingIOError:
                continue

    def change(number: int) -> None:
        for step in range(5):
            new = Secret(f"{number}.{step}")
            while True:
                try:
                    stored = databases.find(path, "alice").stored
                    assert stored is not None
                    if databases.change(path, "alice", old=stored, new=new, now=step):
                        break
                except BlockingIOError:
                    continue

    threads = [threading.Thread(target=look) for _ in range(2)]
    threads += [threading.Thread(target=change, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = {f"{number}.{step}".encode() for number in range(2) for step in range(5)}
    assert set(seen) <= {b"0", *made}
