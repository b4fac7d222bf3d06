"""pam_wtmpdb: logins and their ends on record, also where another process sees to the end."""

from __future__ import annotations

import errno

import pytest

from pamkit.formats import wtmpdb
from pamkit.module.world import World
from pamkit.modules import pam_wtmpdb
from pamkit.records.event import Happening, LoginEvent
from pamkit.records.wtmpdb import WtmpdbRecorder
from pamkit.testing.accounts import account
from pamkit.testing.log import MemoryLog
from pamkit.testing.login_files import MemoryLoginFiles
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item

_C, _P = ReturnCode, Primitive

NOW = 1_700_000_000_000_000
_NO_LOGIN = "Cannot get ID from open session!"


def _world() -> World:
    return memory_world(users=[account("alice"), account("bob")])


def _files(world: World) -> MemoryLoginFiles:
    assert isinstance(world.login_files, MemoryLoginFiles)
    return world.login_files


def _lines(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [t.partition("): ")[2] for t in world.log.texts if t.startswith("pam_wtmpdb(")]


def _trial(
    world: World,
    options: str = "",
    *,
    user: str | None = "alice",
    service: str = "test",
    **items: str,
) -> Trial:
    given = {Item[name.upper()]: value for name, value in items.items()}
    policy = f"session [default=ok] pam_wtmpdb.so {options}\n"
    return Trial(
        policy,
        pam_wtmpdb,
        world=world,
        user=user,
        service=service,
        conversation=Script(),
        items=given,
    )


def _rows(world: World, path: str = wtmpdb.PATH) -> list[tuple[object, ...]]:
    found = _files(world).databases[path].execute("SELECT ID, User, TTY, Logout FROM wtmp")
    return found.fetchall()


def _later(world: World, seconds: int = 5) -> None:
    world.clock.time += seconds  # type: ignore[attr-defined]  # a clock of the tests


_END = NOW + 5_000_000


def test_a_login_and_its_end_are_one_row() -> None:
    world = _world()
    trial = _trial(world, "", tty="/dev/pts/3", rhost="192.0.2.1")
    assert trial.open_session() == _C.SUCCESS
    _later(world)
    assert trial.close_session() == _C.SUCCESS
    found = _files(world).databases[wtmpdb.PATH].execute(wtmpdb.ALL).fetchall()
    assert found == [(3, b"alice", NOW, _END, b"pts/3", b"192.0.2.1", b"test")]
    assert _lines(world) == []


def test_each_handle_ends_its_own_login() -> None:
    world = _world()
    first, second = (_trial(world, "", tty="ssh") for _ in range(2))
    assert [first.open_session(), second.open_session()] == [_C.SUCCESS] * 2
    _later(world)
    assert first.close_session() == _C.SUCCESS
    assert _rows(world) == [(1, b"alice", b"ssh", _END), (2, b"alice", b"ssh", None)]


def test_each_database_has_its_own_login() -> None:
    world = _world()
    policy = "session required pam_wtmpdb.so database=/a/b.db\nsession required pam_wtmpdb.so\n"
    WtmpdbRecorder(world.login_files).record(LoginEvent(Happening.LOGIN, 1, "bob", line="tty1"))
    trial = Trial(policy, pam_wtmpdb, world=world)
    assert [trial.open_session(), trial.close_session()] == [_C.SUCCESS] * 2
    assert _rows(world, "/a/b.db") == [(1, b"alice", b"", NOW)]
    assert _rows(world) == [(1, b"bob", b"tty1", None), (2, b"alice", b"", NOW)]


# --- another process closes the session ----------------------------------------------------------


def _open(world: World, *logins: tuple[str, str]) -> None:
    for user, tty in logins:
        assert _trial(world, "", user=user, tty=tty).open_session() == _C.SUCCESS
        _later(world, 1)


def _ended(world: World) -> list[object]:
    return [row[0] for row in _rows(world) if row[3] is not None]


@pytest.mark.parametrize("tty", ["pts/1", "/dev/pts/1"])
def test_another_process_under_another_name_ends_the_login(tty: str) -> None:
    world = _world()
    _open(world, ("alice", "/dev/pts/1"), ("bob", "pts/1"), ("alice", "pts/2"))
    assert _trial(world, service="init", tty=tty).close_session() == _C.SUCCESS
    assert (_ended(world), _lines(world)) == ([1], [])


def test_on_a_terminal_the_newest_login_is_ended() -> None:
    world = _world()
    _open(world, ("alice", "tty1"), ("alice", "tty1"))
    for ended in ([2], [1, 2]):
        assert _trial(world, tty="tty1").close_session() == _C.SUCCESS
        assert _ended(world) == ended


@pytest.mark.parametrize("line", ["ssh", "cron", ":0"])
def test_where_many_can_be_open_none_is_ended_on_a_guess(line: str) -> None:
    world = _world()
    _open(world, ("alice", line), ("alice", line), ("bob", line))
    assert _trial(world, tty=line).close_session() == _C.SYSTEM_ERR
    assert (_ended(world), _lines(world)) == ([], [_NO_LOGIN])
    assert _trial(world, tty=line, user="bob").close_session() == _C.SUCCESS
    assert _ended(world) == [3]


def test_a_login_from_before_the_last_start_is_none_that_is_open() -> None:
    world = _world()
    _open(world, ("alice", "ssh"))
    WtmpdbRecorder(world.login_files).record(LoginEvent(Happening.BOOT, NOW + 1_000_000))
    assert _trial(world, tty="ssh").close_session() == _C.SYSTEM_ERR
    _open(world, ("alice", "ssh"))
    assert _trial(world, tty="ssh").close_session() == _C.SUCCESS
    assert _ended(world) == [3]


@pytest.mark.parametrize(
    ("user", "tty"), [("bob", "pts/1"), ("alice", "pts/2"), ("alice", ""), ("", "pts/1")]
)
def test_nothing_of_others_is_ended(user: str, tty: str) -> None:
    world = _world()
    _open(world, ("alice", "pts/1"), ("alice", ""))
    assert _trial(world, user=user, tty=tty).close_session() == _C.SYSTEM_ERR
    assert (_ended(world), _lines(world)) == ([], [_NO_LOGIN])


def test_a_session_that_could_not_be_put_on_record_ends_no_other() -> None:
    world = _world()
    _open(world, ("alice", "pts/1"))
    trial = _trial(world, tty="pts/1")
    _files(world).faults[wtmpdb.PATH] = PermissionError(errno.EACCES, "no")
    assert trial.open_session() == _C.SYSTEM_ERR
    _files(world).faults.clear()
    assert trial.close_session() == _C.SYSTEM_ERR
    assert _ended(world) == []


def test_an_end_stays_as_it_is() -> None:
    world = _world()
    trial = _trial(world, tty="pts/1")
    trial.open_session()
    _later(world)
    assert trial.close_session() == _C.SUCCESS
    _later(world)
    assert trial.close_session() == _C.SYSTEM_ERR
    assert [row[3] for row in _rows(world)] == [_END]


# --- the rest ------------------------------------------------------------------------------------


def test_services_can_be_left_out() -> None:
    world = _world()
    for options in ("skip_if=test", "debug skip_if=a,test skip_if=b"):
        assert _trial(world, options).open_session() == _C.IGNORE
        assert _trial(world, options).close_session() == _C.IGNORE
    assert _files(world).databases == {}
    assert _lines(world) == ["skip_if='a,test' contains 'test'"] * 2
    assert _trial(world, "skip_if=tes,testing").open_session() == _C.SUCCESS


@pytest.mark.parametrize(
    ("tty", "number", "line"),
    [
        ("/dev/pts/3", "7", b"pts/3"),
        ("", "7", b"tty7"),
        (":0", "12345678", b"tty12345678"[:11]),
        (":0", "123456789", b":0"),
        (":0", None, b":0"),
    ],
)
def test_a_display_is_on_a_terminal(tty: str, number: str | None, line: bytes) -> None:
    world = _world()
    trial = _trial(world, "", tty=tty)
    if number is not None:
        trial.handle.putenv(f"XDG_VTNR={number}")
    assert [trial.open_session(), trial.close_session()] == [_C.SUCCESS] * 2
    assert _rows(world) == [(1, b"alice", line, NOW)]


def test_everything_can_be_logged() -> None:
    world = _world()
    trial = _trial(world, "odd debug", tty=":1", xdisplay="far:1")
    trial.handle.putenv("XDG_VTNR=2")
    assert [trial.open_session(), trial.close_session()] == [_C.SUCCESS] * 2
    assert _lines(world) == [
        "Unknown option: odd",
        "user=alice",
        "tty(XDG_VTNR)=tty2",
        "tty=tty2",
        "rhost(PAM_XDISPLAY)=far:1",
        "service=test",
        "id=1",
        "Unknown option: odd",
        "id=1",
    ]


def test_who_is_unknown_is_not_put_on_record() -> None:
    world = _world()
    for user, options in (("mallory", "debug"), ("", ""), (None, ""), ("", "silent")):
        assert _trial(world, options, user=user).open_session() == _C.USER_UNKNOWN
    assert _trial(world, "", user="").open_session(Flag.SILENT) == _C.USER_UNKNOWN
    assert _files(world).databases == {}
    assert _lines(world) == ["Couldn't find user mallory", "User unknown", "User unknown"]


@pytest.mark.parametrize("asked", [_P.AUTHENTICATE, _P.SETCRED, _P.ACCT_MGMT])
def test_it_has_no_say_in_who_comes_in(asked: Primitive) -> None:
    policy = "auth [default=ok] pam_wtmpdb.so\naccount [default=ok] pam_wtmpdb.so\n"
    assert Trial(policy, pam_wtmpdb, world=_world()).call(asked) == _C.IGNORE


@pytest.mark.parametrize(
    ("fault", "opening", "closing"),
    [
        (
            PermissionError(errno.EACCES, "no"),
            f"Cannot create/open database ({wtmpdb.PATH}): no",
            f"Cannot create/open database ({wtmpdb.PATH}): no",
        ),
        (
            OSError(errno.EINVAL, "no"),
            "SQL error creating table: no",
            "SQL error creating table: no",
        ),
        (
            OSError(errno.EROFS, "no"),
            "Adding an entry failed: no",
            "Updating logout time failed: no",
        ),
    ],
)
def test_a_database_that_cannot_be_used_is_an_error(
    fault: OSError, opening: str, closing: str
) -> None:
    world = _world()
    trial = _trial(world, tty="pts/1")
    trial.open_session()
    _files(world).faults[wtmpdb.PATH] = fault
    assert trial.close_session() == _C.SYSTEM_ERR
    assert _trial(world, tty="pts/1").open_session() == _C.SYSTEM_ERR
    assert _lines(world) == [closing, opening]


def test_others_who_do_not_come_to_an_end_are_an_error() -> None:
    world = _world()
    _files(world).held.append(wtmpdb.PATH)
    trial = _trial(world)
    assert trial.open_session() == _C.SYSTEM_ERR
    assert _lines(world) == ["Adding an entry failed: somebody is writing"]
    assert isinstance(trial.outside, StandInOutside)
    assert 5 <= sum(trial.outside.slept) <= 6
