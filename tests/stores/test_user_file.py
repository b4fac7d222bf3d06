import os
import sqlite3
import threading
from pathlib import Path

import pytest

from pamkit.formats import user_table
from pamkit.stores.user_file import ManagedUser, UserFile, create
from pamkit.vocab.secret import Secret


@pytest.fixture
def path(tmp_path: Path) -> str:
    made = str(tmp_path / "a ?# é.sqlite")
    create(made)
    return made


def test_a_new_file_is_its_owners_alone_and_nothing_lies_beside_it(path: str) -> None:
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)]
    with UserFile(path) as file:
        assert file.users() == ()


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "users.sqlite"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        create(str(path))
    assert path.read_text() == "mine"
    assert os.listdir(tmp_path) == ["users.sqlite"]
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        create(str(path))
    assert not (tmp_path / "elsewhere").exists()


def test_users_are_added_changed_and_removed(path: str) -> None:
    with UserFile(path) as file:
        assert [file.add("alice", Secret("one")) for _ in range(2)] == [True, False]
        assert file.add("bob", Secret("two"), expires=99)
        assert file.set_hash("alice", Secret("new"))
        assert file.set_locked("alice", locked=True)
        assert file.set_expiry("bob", None)
        alice, bob = file.users()
        assert (alice.name, alice.hashed, alice.is_locked) == ("alice", Secret("new"), True)
        assert (bob.name, bob.hashed, bob.expires) == ("bob", Secret("two"), None)
        assert alice == file.find("alice")
        assert file.set_locked("alice", locked=False)
        assert file.remove("alice")
        assert file.find("alice") is None


def test_nobody_is_changed_who_is_not_there(path: str) -> None:
    with UserFile(path) as file:
        assert file.add("alice", Secret("x"))
        before = file.users()
        assert not file.set_hash("bob", Secret("x"))
        assert not file.set_locked("bob", locked=True)
        assert not file.set_expiry("bob", 1)
        assert not file.remove("' OR 1=1 --")
        assert file.users() == before


def test_users_are_added_all_or_none(path: str) -> None:
    new = [ManagedUser(name, Secret("new"), 1, 2) for name in ("alice", "bob")]
    with UserFile(path) as file:
        assert file.add("alice", Secret("old"))
        assert file.add_all(new, replace=False) == ("alice",)
        assert [user.hashed for user in file.users()] == [Secret("old")]
        broken = [*new, ManagedUser("", Secret("x"), 1, 2)]
        with pytest.raises(OSError, match="CHECK constraint failed"):
            file.add_all(broken, replace=True)
        assert [user.hashed for user in file.users()] == [Secret("old")]
        assert file.add_all(new, replace=True) == ()
        assert file.users() == tuple(new)


def test_no_hash_is_left_in_the_file_that_was_changed(path: str) -> None:
    with UserFile(path) as file:
        file.add("alice", Secret("$y$the-old-hash"))
        file.set_hash("alice", Secret("$y$the-new-hash"))
    assert b"the-new-hash" in Path(path).read_bytes()
    assert b"the-old-hash" not in Path(path).read_bytes()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "No such file or directory"),
        ("words", "file is not a database"),
        ("other", "not a file of users that is known"),
        ("empty", "not a file of users that is known"),
        ("directory", "unable to open database file"),
    ],
)
def test_a_file_of_another_kind_is_not_opened(tmp_path: Path, kind: str, words: str) -> None:
    path = tmp_path / "users.sqlite"
    if kind == "words":
        path.write_bytes(b"words " * 1000)
    elif kind == "other":
        made = sqlite3.connect(path)
        made.execute("CREATE TABLE users (name, hash)")
        made.close()
    elif kind == "empty":
        path.touch()
    elif kind == "directory":
        path.mkdir()
    with pytest.raises(OSError, match=words) as refused:
        UserFile(str(path))
    assert refused.value.filename == str(path)


def test_a_user_does_not_show_the_hash(path: str) -> None:
    with UserFile(path) as file:
        file.add("alice", Secret("$y$secret"))
        assert "secret" not in repr(file.users())


def test_two_who_make_the_same_file_do_not_both_make_it(tmp_path: Path) -> None:
    path, made = str(tmp_path / "users.sqlite"), []
    children = []
    for _ in range(8):
        child = os.fork()
        if child == 0:
            try:
                create(path)
            except FileExistsError:
                os._exit(1)
            os._exit(0)
        children.append(child)
    made = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert sorted(made) == [0] + [1] * 7
    assert os.listdir(tmp_path) == ["users.sqlite"]


def test_who_writes_waits_for_who_writes(path: str) -> None:
    held = threading.Event()

    def hold() -> None:
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN EXCLUSIVE")
        held.set()
        writer.execute("INSERT INTO users VALUES ('first', 'x', 1, 1, NULL, 0)")
        writer.execute("COMMIT")
        writer.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    with UserFile(path) as file:
        assert file.add("second", Secret("x"))
        assert [user.name for user in file.users()] == ["first", "second"]
    thread.join()


@pytest.mark.parametrize(
    "row",
    [
        "'alice', NULL, 1, 2, NULL, 0",
        "'alice', 'é', 1, 2, NULL, 0",
        "'alice', x'ff', 1, 2, NULL, 0",
        "'alice', CAST(x'ff61' AS TEXT), 1, 2, NULL, 0",
        "'alice', '$y$x', 1, 2, 'never', 0",
        "'alice', '$y$x', 1, 2, NULL, 'no'",
        "'alice', '$y$x', 1.5, 2, NULL, 0",
    ],
)
def test_a_user_who_makes_no_sense_is_an_error_of_the_files(tmp_path: Path, row: str) -> None:
    path = tmp_path / "users.sqlite"
    made = sqlite3.connect(path)
    made.executescript(user_table.CREATE.replace("users (", "unused ("))
    made.execute("CREATE TABLE users (name, hash, created, changed, expires, locked)")
    made.execute("INSERT INTO users VALUES (" + row + ")")  # noqa: S608  # of this table's
    made.commit()
    made.close()
    with UserFile(str(path)) as file:
        for look in (file.users, lambda: file.find("alice")):
            with pytest.raises(OSError, match=r"makes no sense|decode to UTF-8") as refused:
                look()
            assert refused.value.filename == str(path)
