"""The registry without a connection, as it is behind our own libpam.so.0; the file is the same."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from pamkit.stores import session_statements
from pamkit.stores.session_registry import SessionRegistry
from pamkit.stores.session_statements import SessionStatements
from tests.crash.harness import all_at_once
from tests.stores.built_c import build, load

ME = os.getpid()


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "run" / "sessions.sqlite")


@pytest.fixture(
    params=[
        "python",
        pytest.param("built", marks=pytest.mark.needs("cc", "python-headers", "sqlite3")),
    ]
)
def statements(
    request: pytest.FixtureRequest,
    path: str,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> SessionStatements:
    if request.param == "built":
        library = load(build(tmp_path_factory.getbasetemp()))
        monkeypatch.setattr(session_statements, "c_library", library)
    return SessionStatements(path)


def _begin(statements: SessionStatements, **more: str) -> str:
    given = {"service": "login", "user": "alice", "line": "tty1", "host": "", **more}
    return statements.begin(uid=None, leader=ME, now=1_700_000_000_000_000, **given)


def test_what_it_begins_is_there_for_the_registry(statements: SessionStatements, path: str) -> None:
    odd = "\N{SNOWMAN}'; DROP TABLE sessions; --"
    name = _begin(statements, user=odd, host="far")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700
    assert os.listdir(os.path.dirname(path)) == ["sessions.sqlite"]
    with SessionRegistry(path) as registry:
        assert registry.find(name) == statements.find(name)
        assert statements.opened(name, "ticket", user="bob", uid=4_000_000_000)
        entry = registry.of_line("bob", "tty1")
        assert entry is not None
        assert (entry.id, entry.state, entry.uid, entry.host, entry.ticket) == (
            *(name, "open", 4_000_000_000),
            *("far", "ticket"),
        )
        assert (entry.leader, entry.opened, entry.closer) == (ME, 1_700_000_000_000_000, None)


def test_one_closes_and_no_other(statements: SessionStatements, path: str) -> None:
    name = _begin(statements)
    assert statements.claim(name, ME) is None  # it is not open yet
    assert statements.opened(name, "ticket")
    with SessionRegistry(path) as registry:
        claimed = statements.claim(name, ME)
        assert claimed is not None
        assert claimed.state == "closing"
        assert registry.claim(name, ME) is None
        assert statements.release(name, ME)
        assert registry.claim(name, ME) is not None
        assert statements.claim(name, ME) is None
        assert registry.closed(name, ME, 9)
        assert not statements.closed(name, ME, 9)
        assert statements.find(name) == registry.find(name)
    other = _begin(statements)
    assert statements.failed(other)
    assert statements.find(other) is None


def test_one_session_is_found_by_user_and_line_and_never_one_of_two(
    statements: SessionStatements,
) -> None:
    assert statements.only("alice", "tty1") is None
    first = _begin(statements)
    assert statements.only("alice", "tty1") is None  # it is not open yet
    statements.opened(first, "ticket")
    assert statements.only("alice", "tty1") == first
    assert (statements.only("bob", "tty1"), statements.only("alice", "tty2")) == (None, None)
    statements.opened(_begin(statements), "ticket")
    assert statements.only("alice", "tty1") is None


def test_a_name_that_is_no_text_is_refused(statements: SessionStatements) -> None:
    with pytest.raises(OSError, match=r".") as refused:
        _begin(statements, user="\udcff")
    assert refused.value.errno == errno.EILSEQ


def test_another_file_is_not_taken_for_one(statements: SessionStatements, path: str) -> None:
    os.mkdir(os.path.dirname(path), 0o700)
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE sessions (id TEXT)")
    made.close()
    os.chmod(path, 0o600)
    with pytest.raises(OSError, match="not a file of sessions"):
        _begin(statements)


def test_a_file_that_others_can_write_is_not_believed(
    statements: SessionStatements, path: str
) -> None:
    _begin(statements)
    os.chmod(path, 0o622)
    with pytest.raises(PermissionError, match="others can write it"):
        _begin(statements)


def test_many_who_begin_at_once_wait_for_each_other(
    statements: SessionStatements, path: str
) -> None:
    def act() -> list[str]:
        return [_begin(statements) for _ in range(10)]

    ended = all_at_once([act] * 4)
    assert [each.how for each in ended] == ["returned"] * 4, ended
    with SessionRegistry(path) as registry:
        there = sorted(entry.id for entry in registry.sessions())
    assert there == sorted(name for each in ended for name in each.value)
