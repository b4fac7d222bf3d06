"""pam_lastlog of OpenPAM: what users are told, and what is put on record."""

from __future__ import annotations

import pytest

from pamkit.formats import lastlog
from pamkit.formats.lastlog import LASTLOG, LastLogin
from pamkit.formats.utmp import SHORT, WTMP, Kind, decode
from pamkit.module.world import World
from pamkit.modules.openpam import pam_lastlog
from pamkit.testing.accounts import account
from pamkit.testing.login_files import MemoryLoginFiles
from pamkit.testing.script import Line, info
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from tests.modules.families import answer, log_of

_C, _P = ReturnCode, Primitive
_NOW = 1_700_000_000
_SIZE = lastlog.size(SHORT)
_ITEMS: dict[Item, str] = {Item.TTY: "/dev/pts/7", Item.RHOST: "far"}


def _world(last: LastLogin | None = None) -> World:
    world = memory_world(users=[account("alice", 3)], now=_NOW)
    files = _files(world)
    files.files[WTMP] = bytearray()
    if last is not None:
        files.files[LASTLOG] = bytearray(3 * _SIZE) + lastlog.encode(last, SHORT)
    return world


def _files(world: World) -> MemoryLoginFiles:
    assert isinstance(world.login_files, MemoryLoginFiles)
    return world.login_files


@pytest.mark.parametrize(
    ("last", "lines"),
    [
        (None, ()),
        (LastLogin(0), ()),
        (LastLogin(_NOW, b"pts/3", b"near"), (info("Last login: Tue Nov 14 22:13:20 from near"),)),
        (LastLogin(_NOW, b"pts/3"), (info("Last login: Tue Nov 14 22:13:20 on pts/3"),)),
        (LastLogin(_NOW, b"", b"\x1b[2J"), (info("Last login: Tue Nov 14 22:13:20 from ?[2J"),)),
    ],
)
def test_the_last_login_is_told_and_replaced(
    last: LastLogin | None, lines: tuple[Line, ...]
) -> None:
    world = _world(last)
    code = answer(pam_lastlog, _P.OPEN_SESSION, "", *lines, world=world, items={**_ITEMS})
    assert code == _C.SUCCESS
    kept = _files(world).files
    assert lastlog.decode(bytes(kept[LASTLOG][3 * _SIZE :]), SHORT) == LastLogin(
        _NOW, b"pts/7", b"far"
    )
    (written,) = decode(bytes(kept[WTMP]), SHORT)
    assert (written.kind, written.user, written.line, written.host) == (
        Kind.USER_PROCESS,
        b"alice",
        b"pts/7",
        b"far",
    )


def test_silence_is_kept() -> None:
    world = _world(LastLogin(_NOW, b"pts/3"))
    code = answer(pam_lastlog, _P.OPEN_SESSION, flags=Flag.SILENT, world=world, items={**_ITEMS})
    assert code == _C.SUCCESS


def test_the_end_of_a_session_is_put_on_record() -> None:
    world = _world()
    assert answer(pam_lastlog, _P.CLOSE_SESSION, world=world, items={**_ITEMS}) == _C.SUCCESS
    (written,) = decode(bytes(_files(world).files[WTMP]), SHORT)
    assert (written.kind, written.user, written.line) == (Kind.DEAD_PROCESS, b"", b"pts/7")


@pytest.mark.parametrize("primitive", [_P.OPEN_SESSION, _P.CLOSE_SESSION])
def test_without_a_terminal_nothing_can_be_put_on_record(primitive: Primitive) -> None:
    assert answer(pam_lastlog, primitive, world=_world()) == _C.SERVICE_ERR
    assert answer(pam_lastlog, primitive, "no_fail", world=_world()) == _C.SUCCESS
    empty: dict[Item, str] = {Item.TTY: "/dev/"}
    code = answer(pam_lastlog, primitive, "no_fail", world=_world(), items={**empty})
    assert code == _C.SERVICE_ERR


@pytest.mark.parametrize(("options", "expected"), [("", _C.SYSTEM_ERR), ("no_fail", _C.SUCCESS)])
def test_a_record_that_cannot_be_written_is_an_error(options: str, expected: ReturnCode) -> None:
    world = _world()
    _files(world).faults[LASTLOG] = PermissionError(13, "Permission denied")
    code = answer(pam_lastlog, _P.OPEN_SESSION, options, world=world, items={**_ITEMS})
    assert code == expected
    assert log_of(world) == [f"{LASTLOG}: Permission denied"]


def test_after_2038_nothing_is_written_into_a_short_record() -> None:
    world = memory_world(users=[account("alice", 3)], now=2.0**31)
    code = answer(pam_lastlog, _P.OPEN_SESSION, world=world, items={**_ITEMS})
    assert code == _C.SYSTEM_ERR
    assert "2038" in log_of(world)[0]


def test_a_stranger_is_an_error_even_where_nothing_may_fail() -> None:
    code = answer(
        pam_lastlog, _P.OPEN_SESSION, "no_fail", world=_world(), user="eve", items={**_ITEMS}
    )
    assert code == _C.SERVICE_ERR
