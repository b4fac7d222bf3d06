import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import pamkit
from pamkit.formats import berkeley_hash
from pamkit.stores.user_file import UserFile
from tests.formats.database_files import berkeley, gdbm

from .conftest import Command

pytestmark = pytest.mark.needs("libcrypt")


@pytest.fixture
def file(command: Command, tmp_path: Path) -> str:
    path = str(tmp_path / "users")
    assert command("userdb", "init", path).status == 0
    return path


def test_a_new_file_comes_with_the_lines_of_a_policy(command: Command, tmp_path: Path) -> None:
    ran = command("userdb", "init", f"{tmp_path}/users")
    assert (ran.status, ran.err) == (0, "")
    assert f"auth    required pam_userdb.so db={tmp_path}/users\n" in ran.out
    assert os.stat(tmp_path / "users.sqlite").st_mode & 0o777 == 0o600
    again = command("userdb", "init", f"{tmp_path}/users.sqlite")
    assert (again.status, again.out) == (1, "")
    assert (
        again.err == f"pamkit: `{tmp_path}/users.sqlite` is there already, and is left as it is\n"
    )


def test_users_come_in_with_their_password_and_by_no_other(
    command: Command, file: str, confdir: Callable[[str], str]
) -> None:
    assert command("userdb", "add", file, "alice", typed="secret\n").status == 0
    policies = confdir(
        f"auth required pam_userdb.so db={file}\naccount required pam_userdb.so db={file}\n"
    )

    def lets_in(password: str, user: str = "alice") -> bool:
        try:
            pamkit.check(user, password, service="test", confdir=policies)
        except pamkit.PamError:
            return False
        return True

    assert lets_in("secret")
    assert not lets_in("Secret")
    assert not lets_in("")
    assert not lets_in("secret", "bob")
    assert command("userdb", "passwd", file, "alice", typed="other\n").status == 0
    assert not lets_in("secret")
    assert lets_in("other")
    assert command("userdb", "lock", file, "alice").status == 0
    assert not lets_in("other")
    assert command("userdb", "unlock", file, "alice").status == 0
    assert lets_in("other")
    assert command("userdb", "expire", file, "alice", "2001-01-01").status == 0
    assert not lets_in("other")
    assert command("userdb", "expire", file, "alice", "never").status == 0
    assert lets_in("other")
    assert command("userdb", "remove", file, "alice").status == 0
    assert not lets_in("other")


def test_passwords_are_hashed_with_yescrypt(command: Command, file: str) -> None:
    command("userdb", "add", file, "alice", typed="secret\n")
    with UserFile(f"{file}.sqlite") as opened:
        (user,) = opened.users()
    assert user.hashed.expose().startswith(b"$y$")
    assert b"secret" not in Path(f"{file}.sqlite").read_bytes()


def test_a_password_is_verified(
    command: Command, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    command("userdb", "add", file, "alice", typed="secret\n")
    assert command("userdb", "verify", file, "alice", typed="secret\n").status == 0
    assert slept == []
    for name, word in (("alice", "wrong"), ("alice", ""), ("nobody", "secret")):
        ran = command("userdb", "verify", file, name, typed=f"{word}\n")
        assert (ran.status, ran.out) == (1, "")
        assert "the password is not this user's" in ran.err
    assert [each > 1 for each in slept] == [True] * 3


def test_the_list_shows_everything_but_hashes(command: Command, file: str) -> None:
    assert command("userdb", "list", file).out == ""
    assert command("userdb", "list", "--json", file).out == "[]\n"
    command("userdb", "add", file, "alice", "--expires", "2001-02-03", typed="x\n")
    command("userdb", "add", file, "bob", typed="y\n")
    command("userdb", "lock", file, "bob")
    shown, document = command("userdb", "list", file), command("userdb", "list", "--json", file)
    assert (shown.status, document.status) == (0, 0)
    first, second = shown.out.splitlines()
    assert first.startswith("alice  password of 20")
    assert first.endswith(", until 2001-02-03, expired")
    assert second.startswith("bob    password of 20")
    assert second.endswith(", locked")
    alice, bob = json.loads(document.out)
    assert alice.keys() == {"name", "created", "password_changed", "expires", "locked"}
    assert (alice["name"], alice["expires"], alice["locked"]) == ("alice", 981158400, False)
    assert (bob["name"], bob["expires"], bob["locked"]) == ("bob", None, True)
    assert "$y$" not in shown.out + document.out


@pytest.mark.parametrize("task", ["passwd", "remove", "lock", "unlock"])
def test_who_is_not_there_is_said(command: Command, file: str, task: str) -> None:
    ran = command("userdb", task, file, "alice", typed="x\n")
    assert (ran.status, ran.out) == (1, "")
    assert f"{file}.sqlite: user `alice` is not there" in ran.err


def test_who_is_there_is_not_added_again(command: Command, file: str) -> None:
    command("userdb", "add", file, "alice", typed="one\n")
    ran = command("userdb", "add", file, "alice", typed="two\n")
    assert (ran.status, ran.out) == (1, "")
    assert "user `alice` is there already: `pamkit userdb passwd` changes the password" in ran.err
    assert command("userdb", "verify", file, "alice", typed="one\n").status == 0


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("add", "alice"), "", "the input ended before there was an answer"),
        (("add", "alice"), "\n", "expected a password, found a blank one"),
        (("add", "alice"), "x" * 512 + "\n", "the password is too long"),
        (("add", "al\nice"), "x\n", "nobody can be called `al\\x0aice`"),
        (("add", "alice", "--expires", "soon"), "x\n", "expected a day, found `soon`"),
        (("expire", "alice", "2027-02-30"), "", "expected a day, found `2027-02-30`"),
        (("add", "alice", "secret"), "", "there is an argument too many"),
        (("add", "alice", "--password=secret"), "", "a password is asked for"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    command: Command, file: str, words: tuple[str, ...], typed: str, said: str
) -> None:
    before = Path(f"{file}.sqlite").read_bytes()
    ran = command("userdb", words[0], file, *words[1:], typed=typed)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert "secret" not in ran.err
    assert Path(f"{file}.sqlite").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file or directory\nhelp: `pamkit userdb init` makes one"),
        ("words\n" * 100, "file is not a database\nhelp: expected a file that"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    command: Command, tmp_path: Path, content: str | None, said: str
) -> None:
    path = tmp_path / "users.sqlite"
    if content is not None:
        path.write_text(content)
    ran = command("userdb", "list", str(tmp_path / "users"))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"pamkit: `{path}`: {said}")


def test_a_task_must_be_named_and_exist(command: Command) -> None:
    assert "expected `task`" in command("userdb").err
    ran = command("userdb", "lst", "x")
    assert ran.status == 2
    assert "there is no task `lst`\nhelp: did you mean `list`?" in ran.err


_HASH = "$5$rounds=1000$salt$" + "x" * 43


def _take(command: Command, file: str, source: Path, *words: str) -> tuple[int, str]:
    ran = command("userdb", "import", file, str(source), *words)
    return ran.status, ran.out + ran.err


def _stored(file: str) -> dict[str, bytes]:
    with UserFile(f"{file}.sqlite") as opened:
        return {user.name: user.hashed.expose() for user in opened.users()}


@pytest.mark.needs("db_load", "gdbm")
@pytest.mark.parametrize("make", [berkeley, gdbm])
def test_databases_of_hashes_are_taken_over(
    command: Command, file: str, tmp_path: Path, make: Callable[..., bytes]
) -> None:
    make(tmp_path / "old", {b"alice": _HASH.encode(), b"bob": b"aaJbYqRz1yUlw"})
    assert _take(command, file, tmp_path / "old")[0] == 0
    assert _stored(file) == {"alice": _HASH.encode(), "bob": b"aaJbYqRz1yUlw"}


@pytest.mark.needs("db_load")
def test_databases_of_passwords_are_hashed(command: Command, file: str, tmp_path: Path) -> None:
    data = berkeley(tmp_path / "old.db", {b"alice": b"secret", b"bob": b"word"})
    status, said = _take(command, file, tmp_path / "old.db")
    assert status == 2
    assert "say `--plain` if passwords are stored as they are" in said
    assert "secret" not in said
    assert _stored(file) == {}
    assert _take(command, file, tmp_path / "old.db", "--plain")[0] == 0
    assert [each[:3] for each in _stored(file).values()] == [b"$y$", b"$y$"]
    assert command("userdb", "verify", file, "alice", typed="secret\n").status == 0
    assert berkeley_hash.is_one(data[:16])


def test_lists_are_taken_over_with_their_locks(command: Command, file: str, tmp_path: Path) -> None:
    source = tmp_path / "shadow"
    source.write_text(f"alice:{_HASH}:19000:0:99999:7:::\nbob:!{_HASH}:1::::::\nsys:*:1::::::\n")
    assert _take(command, file, source) == (0, f"3 users from {source} are in {file}.sqlite\n")
    with UserFile(f"{file}.sqlite") as opened:
        users = opened.users()
    assert [user.is_locked for user in users] == [False, True, True]
    assert [user.hashed.expose().decode() for user in users] == [_HASH, _HASH, "*"]


def test_what_cannot_be_taken_over_is_shown_and_nothing_is(
    command: Command, file: str, tmp_path: Path
) -> None:
    source = tmp_path / "htpasswd"
    source.write_text(f"alice:{_HASH}\n" + "bob:$apr1$salt$hash\n" * 7)
    status, said = _take(command, file, source)
    assert status == 2
    assert f"{source}:2: `bob`: its hash is of a kind that crypt(3) does not know: `$apr1$`" in said
    assert "and 2 more like that\nhelp: nothing was changed\n" in said
    assert _stored(file) == {}


def test_who_is_there_stays_or_is_replaced(command: Command, file: str, tmp_path: Path) -> None:
    source = tmp_path / "list"
    source.write_text(f"alice:{_HASH}\nbob:{_HASH}\n")
    command("userdb", "add", file, "alice", typed="x\n")
    before = _stored(file)
    status, said = _take(command, file, source)
    assert status == 1
    assert "`alice` are there already\nhelp: nothing was changed; `--replace`" in said
    assert _stored(file) == before
    assert _take(command, file, source, "--replace")[0] == 0
    assert _stored(file) == dict.fromkeys(("alice", "bob"), _HASH.encode())


@pytest.mark.needs("db_load")
def test_a_source_that_cannot_be_read_is_named(command: Command, file: str, tmp_path: Path) -> None:
    assert "no such file" in _take(command, file, tmp_path / "none")[1]
    berkeley(tmp_path / "tree", {b"a": b"b"}, kind="btree")
    assert "a btree file, expected a hash file" in _take(command, file, tmp_path / "tree")[1]
    assert "is an SQLite file" in _take(command, file, Path(f"{file}.sqlite"))[1]
    (tmp_path / "list").write_text("alice:secret\n")
    assert "come from a database only" in _take(command, file, tmp_path / "list", "--plain")[1]
