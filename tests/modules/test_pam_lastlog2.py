"""pam_lastlog2: who is told of which login, and what is put on record."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest

from pamkit.formats import lastlog2
from pamkit.module.world import World
from pamkit.modules import pam_lastlog2
from pamkit.records.event import Happening, LoginEvent
from pamkit.records.lastlog2 import Lastlog2Recorder
from pamkit.testing.accounts import account
from pamkit.testing.log import MemoryLog
from pamkit.testing.login_files import MemoryLoginFiles
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.script import Line, Script, info
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item

_C, _P = ReturnCode, Primitive

NOW = 1_700_000_000
_BEFORE = LoginEvent(Happening.LOGIN, (NOW - 60) * 1_000_000, "alice", None, "tty1", "far", "login")
_LAST = "Last login: Tue Nov 14 22:12:20 UTC 2023 from far on tty1"


def _world(*before: LoginEvent, path: str = lastlog2.PATH) -> World:
    world = memory_world(users=[account("alice"), account("bob")])
    for each in before:
        Lastlog2Recorder(world.login_files, path).record(each)
    return world


def _files(world: World) -> MemoryLoginFiles:
    assert isinstance(world.login_files, MemoryLoginFiles)
    return world.login_files


def _lines(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [t.partition("): ")[2] for t in world.log.texts if t.startswith("pam_lastlog2(")]


_SCRIPTS: list[Script] = []


@pytest.fixture(autouse=True)
def everything_that_is_expected_is_said() -> Iterator[None]:
    _SCRIPTS.clear()
    yield
    for script in _SCRIPTS:
        script.assert_used_up()


def _script(*lines: Line) -> Script:
    _SCRIPTS.append(Script(*lines))
    return _SCRIPTS[-1]


def _trial(
    world: World, options: str = "", *lines: Line, user: str | None = "alice", **items: str
) -> Trial:
    given = {Item[name.upper()]: value for name, value in items.items()}
    policy = f"session [default=ok] pam_lastlog2.so {options}\n"
    script = _script(*lines)
    return Trial(policy, pam_lastlog2, world=world, user=user, conversation=script, items=given)


def _rows(world: World, path: str = lastlog2.PATH) -> list[tuple[object, ...]]:
    return _files(world).databases[path].execute(lastlog2.ALL).fetchall()


def test_the_user_is_told_of_the_last_login_and_this_one_takes_its_place() -> None:
    world = _world(_BEFORE, _BEFORE.changed(user="bob"))
    trial = _trial(world, "", info(_LAST), tty="/dev/pts/3", rhost="192.0.2.1")
    assert [trial.open_session(), trial.close_session()] == [_C.SUCCESS] * 2
    assert _rows(world) == [
        (b"alice", NOW, b"pts/3", b"192.0.2.1", b"test"),
        (b"bob", NOW - 60, b"tty1", b"far", b"login"),
    ]
    assert _lines(world) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"host": ""}, "Last login: Tue Nov 14 22:12:20 UTC 2023 on tty1"),
        ({"line": ""}, "Last login: Tue Nov 14 22:12:20 UTC 2023 from far"),
        ({"when": 0}, "Last login: from far on tty1"),
        ({"host": "\x1b[2J\n"}, "Last login: Tue Nov 14 22:12:20 UTC 2023 from ?[2J? on tty1"),
        ({"when": 0, "host": "", "line": ""}, None),
        ({"user": "bob"}, None),
    ],
)
def test_what_is_on_record_is_said(change: dict[str, object], said: str | None) -> None:
    world = _world(_BEFORE.changed(**change))
    heard = [] if said is None else [info(said)]
    assert _trial(world, "", *heard).open_session() == _C.SUCCESS
    assert _lines(world) == []


@pytest.mark.parametrize(
    "options", ["silent", "silent_if=test", "silent_if=a,test,b", "silent_if=test silent_if=x"]
)
def test_silence_keeps_the_record(options: str) -> None:
    world = _world(_BEFORE)
    assert _trial(world, options).open_session() == _C.SUCCESS
    assert _rows(world)[0][1] == NOW


@pytest.mark.parametrize("options", ["silent_if=", "silent_if=tes,testing", "silent_if=a,Test"])
def test_other_services_are_told(options: str) -> None:
    assert _trial(_world(_BEFORE), options, info(_LAST)).open_session() == _C.SUCCESS


def test_an_application_that_wants_silence_has_it() -> None:
    world = _world(_BEFORE)
    assert _trial(world).open_session(Flag.SILENT) == _C.SUCCESS
    assert _rows(world)[0][1] == NOW


def test_an_application_that_does_not_listen_does_not_keep_it_from_the_record() -> None:
    world = _world(_BEFORE)
    trial = _trial(world, "", Line(info("").style, _LAST, EOFError()))
    assert (trial.open_session(), _rows(world)[0][1]) == (_C.SUCCESS, NOW)


def test_another_database_is_about_its_own_line() -> None:
    world = _world()
    policy = "session required pam_lastlog2.so database=/a/b.db\nsession required pam_lastlog2.so\n"
    assert Trial(policy, pam_lastlog2, world=world).open_session() == _C.SUCCESS
    assert sorted(_files(world).databases) == ["/a/b.db", lastlog2.PATH]


@pytest.mark.parametrize(
    ("tty", "number", "line"),
    [
        ("/dev/pts/3", "7", b"pts/3"),
        ("", "7", b"tty7"),
        (":0", "7", b"tty7"),
        ("x:0", "7th", b"tty7"),
        (":0", "9999", b"tty9999"),
        (":0", "10000", b":0"),
        (":0", "0", b":0"),
        (":0", "-7", b":0"),
        ("", "x", b""),
        (":0", None, b":0"),
    ],
)
def test_a_display_is_on_a_terminal(tty: str, number: str | None, line: bytes) -> None:
    world = _world()
    trial = _trial(world, "", tty=tty)
    if number is not None:
        trial.handle.putenv(f"XDG_VTNR={number}")
    assert trial.open_session() == _C.SUCCESS
    assert _rows(world)[0][2] == line


def test_everything_can_be_logged() -> None:
    world = _world()
    trial = _trial(world, "silent_if=test debug silent_if=x,test odd", tty=":1", xdisplay="far:1")
    trial.handle.putenv("XDG_VTNR=2")
    assert trial.open_session() == _C.SUCCESS
    assert _lines(world) == [
        "silent_if='x,test' contains 'test'",
        "Unknown option: odd",
        "user=alice",
        "tty=:1",
        "tty(XDG_VTNR)=tty2",
        "rhost(PAM_XDISPLAY)=far:1",
    ]
    world = _world()
    assert _trial(world, "debug", rhost="far", xdisplay=":1").open_session() == _C.SUCCESS
    assert _lines(world) == ["user=alice", "tty=", "rhost(PAM_RHOST)=far"]


def test_who_is_unknown_is_not_put_on_record() -> None:
    world = _world()
    for user, options in (("mallory", "debug"), ("", ""), (None, ""), ("", "silent")):
        assert _trial(world, options, user=user).open_session() == _C.USER_UNKNOWN
    assert _files(world).databases == {}
    assert _lines(world) == ["Couldn't find user mallory", "User unknown", "User unknown"]


@pytest.mark.parametrize("asked", [_P.AUTHENTICATE, _P.SETCRED, _P.ACCT_MGMT])
def test_it_has_no_say_in_who_comes_in(asked: Primitive) -> None:
    policy = "auth [default=ok] pam_lastlog2.so\naccount [default=ok] pam_lastlog2.so\n"
    assert Trial(policy, pam_lastlog2, world=_world()).call(asked) == _C.IGNORE


@pytest.mark.parametrize(
    ("fault", "lines"),
    [
        (
            PermissionError(errno.EACCES, "unable to open database file"),
            ["Cannot open database (%s): %s", "Cannot create/open database (%s): %s"],
        ),
        (
            OSError(errno.EINVAL, "file is not a database"),
            ["Failed to execute statement: %s", "SQL error: %s"],
        ),
        (
            OSError(errno.EROFS, "attempt to write a readonly database"),
            ["Failed to execute statement: %s", "Failed to write entry: %s"],
        ),
    ],
)
def test_a_database_that_cannot_be_used_is_an_error(fault: OSError, lines: list[str]) -> None:
    world = _world()
    _files(world).faults[lastlog2.PATH] = fault
    assert _trial(world).open_session() == _C.SYSTEM_ERR
    assert fault.strerror is not None
    filled = [each.replace("(%s)", f"({lastlog2.PATH})") % fault.strerror for each in lines]
    assert _lines(world) == filled


def test_a_database_that_cannot_be_read_hinders_nobody() -> None:
    world = _world()
    _files(world).change(lastlog2.PATH, "CREATE TABLE Other(x)", "SELECT 1", ())
    assert _trial(world).open_session() == _C.SUCCESS
    assert _lines(world) == ["Failed to execute statement: no such table: Lastlog2"]
    assert [row[0] for row in _rows(world)] == [b"alice"]


def test_rows_that_make_no_sense_are_passed_over() -> None:
    world = _world(_BEFORE)
    _files(world).databases[lastlog2.PATH].execute("UPDATE Lastlog2 SET Time = 'x'")
    assert _trial(world).open_session() == _C.SUCCESS
    assert _rows(world)[0][1] == NOW


class _Later(StandInOutside):
    """While it waits, whoever writes comes to an end."""

    def __init__(self, files: MemoryLoginFiles) -> None:
        super().__init__()
        self._files = files

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if len(self.slept) > 3:
            self._files.held.clear()


def test_others_who_write_are_waited_for() -> None:
    world = _world()
    _files(world).held.append(lastlog2.PATH)
    trial = _trial(world)
    trial.outside = _Later(_files(world))
    assert (trial.open_session(), _lines(world)) == (_C.SUCCESS, [])


def test_others_who_do_not_come_to_an_end_are_an_error() -> None:
    world = _world()
    _files(world).held.append(lastlog2.PATH)
    trial = _trial(world)
    assert trial.open_session() == _C.SYSTEM_ERR
    assert _lines(world) == ["Failed to write entry: somebody is writing"]
    assert isinstance(trial.outside, StandInOutside)
    assert 3 <= sum(trial.outside.slept) <= 4
