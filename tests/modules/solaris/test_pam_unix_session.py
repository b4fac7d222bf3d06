"""pam_unix_session: logins on record."""

from __future__ import annotations

import pytest

from pamkit.formats import lastlog
from pamkit.formats.lastlog import LASTLOG, LastLogin
from pamkit.formats.utmp import SHORT
from pamkit.module.world import World
from pamkit.modules.solaris import pam_unix_session
from pamkit.testing.login_files import MemoryLoginFiles
from pamkit.testing.script import info
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from tests.modules.families import answer, log_of
from tests.modules.solaris.solaris_world import world_of
from tests.modules.unix_world import NOW

_C, _P = ReturnCode, Primitive
_SIZE = lastlog.size(SHORT)
_ITEMS: dict[Item, str] = {Item.TTY: "/dev/pts/7", Item.RHOST: "far"}
_TOLD = info("Last login: Tue Nov 14 22:13:20 2023 from near")


def _files(world: World) -> MemoryLoginFiles:
    assert isinstance(world.login_files, MemoryLoginFiles)
    return world.login_files


def _world() -> World:
    world = world_of()
    last = lastlog.encode(LastLogin(1_700_000_000, b"pts/3", b"near"), SHORT)
    _files(world).files[LASTLOG] = bytearray(1000 * _SIZE) + last
    return world


def test_the_last_login_is_told_and_replaced() -> None:
    world = _world()
    code = answer(pam_unix_session, _P.OPEN_SESSION, "", _TOLD, world=world, items=_ITEMS)
    assert code == _C.SUCCESS
    kept = bytes(_files(world).files[LASTLOG][1000 * _SIZE :])
    assert lastlog.decode(kept, SHORT) == LastLogin(int(NOW), b"pts/7", b"far")


def test_nowarn_keeps_silent_and_other_words_are_logged() -> None:
    world = _world()
    options = "nowarn nonsense"
    code = answer(pam_unix_session, _P.OPEN_SESSION, options, world=world, items=_ITEMS)
    assert code == _C.SUCCESS
    assert log_of(world) == ["illegal option nonsense"]


@pytest.mark.parametrize(
    ("user", "items", "expected"),
    [
        ("alice", {}, _C.SESSION_ERR),
        ("eve", _ITEMS, _C.USER_UNKNOWN),
        ("", _ITEMS, _C.USER_UNKNOWN),
        (None, _ITEMS, _C.USER_UNKNOWN),
    ],
)
def test_user_and_terminal_must_be_known(
    user: str | None, items: dict[Item, str], expected: ReturnCode
) -> None:
    code = answer(pam_unix_session, _P.OPEN_SESSION, world=_world(), user=user, items=items)
    assert code == expected


def test_a_record_that_cannot_be_written_hinders_nobody() -> None:
    world = _world()
    _files(world).faults[LASTLOG] = PermissionError(13, "Permission denied")
    assert answer(pam_unix_session, _P.OPEN_SESSION, world=world, items=_ITEMS) == _C.SUCCESS
    assert log_of(world) == ["Can't write lastlog: uid 1000: Permission denied"]


def test_the_end_of_a_session_needs_nothing() -> None:
    assert answer(pam_unix_session, _P.CLOSE_SESSION, user=None) == _C.SUCCESS
