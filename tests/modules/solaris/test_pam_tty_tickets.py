"""pam_tty_tickets: who has a ticket, and who gets one."""

from __future__ import annotations

import struct

import pytest

from pamkit.formats.hmac_code import SHA1
from pamkit.formats.stamp_name import NotRootsAlone, StampName
from pamkit.formats.timestamp import encode
from pamkit.module.world import FileStatus, World
from pamkit.modules.solaris import pam_tty_tickets
from pamkit.modules.solaris.pam_tty_tickets import DIRECTORY
from pamkit.testing.accounts import account
from pamkit.testing.process import StandInProcess
from pamkit.testing.timestamps import MemoryTimestamps
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret
from tests.modules.families import NO_SAY, answer, log_of, trial

_C, _P = ReturnCode, Primitive
_NOW = 1_700_000_000
_KEY = Secret(b"k" * 64)
_FILE = "tty1:root"
_PATH = f"{DIRECTORY}/alice/{_FILE}"
_ITEMS: dict[Item, str] = {Item.TTY: "/dev/tty1"}


def _world(ago: int | None = 10, *, uid: int = 1000, began: int | None = _NOW - 9000) -> World:
    """Return a world with a ticket of alice's for becoming root that is so old, and her login."""
    utmp = b"" if began is None else struct.pack("<h42x32s264xi40x", 7, b"alice", began)
    world = memory_world(
        users=[account("root", 0), account("alice"), account("bob", 1001)],
        files={"/var/run/utmp": utmp},
        process=StandInProcess(uid=uid, euid=0),
        now=_NOW,
    )
    if ago is not None:
        name = StampName(DIRECTORY, "alice", _FILE)
        _tickets(world).stamps[_PATH] = encode(name, _NOW - ago, _KEY, SHA1)
    return world


def _tickets(world: World) -> MemoryTimestamps:
    assert isinstance(world.timestamps, MemoryTimestamps)
    return world.timestamps


def _ask(
    world: World, options: str = "", *, user: str | None = "root", tty: str = "/dev/tty1"
) -> ReturnCode:
    items: dict[Item, str] = {Item.TTY: tty} if tty else {}
    return answer(pam_tty_tickets, _P.AUTHENTICATE, options, world=world, user=user, items=items)


@pytest.mark.parametrize(
    ("ago", "options", "expected"),
    [
        (10, "", _C.SUCCESS),
        (299, "", _C.SUCCESS),
        (300, "", NO_SAY),
        (0, "", _C.SUCCESS),
        (-1, "", NO_SAY),
        (300, "timeout=10", _C.SUCCESS),
        (10, "timeout=0", NO_SAY),
        (10, "sudo-compat", _C.SUCCESS),
        (None, "", NO_SAY),
    ],
)
def test_a_young_ticket_lets_in(ago: int | None, options: str, expected: ReturnCode) -> None:
    assert _ask(_world(ago), options) == expected


@pytest.mark.parametrize(
    ("user", "uid", "tty"),
    [
        ("root", 1001, "/dev/tty1"),
        ("root", 0, "/dev/tty1"),
        ("root", 4242, "/dev/tty1"),
        ("bob", 1000, "/dev/tty1"),
        ("alice", 1000, "/dev/tty1"),
        ("root", 1000, "/dev/tty2"),
        ("root", 1000, "../tty1"),
        ("root", 1000, ""),
        ("", 1000, "/dev/tty1"),
        (None, 1000, "/dev/tty1"),
        ("../root", 1000, "/dev/tty1"),
    ],
)
def test_it_is_for_one_user_one_target_and_one_terminal(
    user: str | None, uid: int, tty: str
) -> None:
    assert _ask(_world(uid=uid), user=user, tty=tty) == NO_SAY


def test_a_ticket_that_is_too_old_is_removed() -> None:
    world = _world(300)
    assert _ask(world) == NO_SAY
    assert _tickets(world).stamps == {}
    assert log_of(world) == [f"ticket `{_PATH}' is 300 seconds old: not valid"]


@pytest.mark.parametrize("began", [None, _NOW - 5])
def test_a_ticket_counts_in_one_login_only(began: int | None) -> None:
    assert _ask(_world(began=began)) == NO_SAY


def test_what_root_did_not_make_counts_for_nothing() -> None:
    world = _world()
    _tickets(world).secret = Secret(b"x" * 64)
    assert _ask(world) == NO_SAY
    world = _world()
    _tickets(world).stamps[_PATH] = _tickets(world).stamps[_PATH][:-1]
    assert _ask(world) == NO_SAY
    world = _world()
    _tickets(world).statuses[_PATH] = FileStatus("file", uid=1000)
    assert _ask(world) == NO_SAY
    world = _world()
    _tickets(world).secret = None
    assert _ask(world) == NO_SAY


@pytest.mark.parametrize("step", ["enter", "read", "key", "remove"])
def test_what_cannot_be_told_never_lets_in(step: str) -> None:
    world = _world(300 if step == "remove" else 10)
    _tickets(world).faults[step] = NotRootsAlone(1, "somebody else's")
    assert _ask(world) == NO_SAY
    assert log_of(world)[-1] == "somebody else's"


def test_that_there_is_no_ticket_is_worth_a_line_only_to_who_wants_more() -> None:
    for options, lines in (("", []), ("debug", ["No such file or directory"])):
        world = _world(None)
        assert _ask(world, options) == NO_SAY
        assert log_of(world) == lines


def _leave(world: World, options: str = "", *, user: str = "root", flags: int = 0) -> ReturnCode:
    made, _ = trial(
        pam_tty_tickets,
        _P.AUTHENTICATE,
        options,
        world=world,
        user=user,
        items=_ITEMS,
        goes_on=True,
        quirks=frozenset({"answers-steer-replay"}),
    )
    made.authenticate()
    return made.setcred(flags)


def test_setcred_leaves_a_ticket_for_the_next_time() -> None:
    world = _world(None)
    assert _leave(world, flags=Flag.ESTABLISH_CRED) == _C.SUCCESS
    assert list(_tickets(world).stamps) == [_PATH]
    assert _ask(world) == _C.SUCCESS


@pytest.mark.parametrize(
    ("options", "user", "flags"),
    [("", "root", Flag.DELETE_CRED), ("sudo-compat", "bob", 0), ("", "", 0)],
)
def test_it_leaves_none_where_none_is_wanted(options: str, user: str, flags: int) -> None:
    world = _world(None)
    _leave(world, options, user=user, flags=flags)
    assert _tickets(world).stamps == {}


def test_root_who_is_never_asked_gets_none() -> None:
    world = _world(None, uid=0)
    _leave(world)
    assert _tickets(world).stamps == {}


@pytest.mark.parametrize(
    ("auser", "uid", "expected"),
    [
        ("alice", 0, _C.SUCCESS),
        ("alice", 1001, _C.SUCCESS),
        ("bob", 1000, NO_SAY),
        ("root", 1000, NO_SAY),
        ("nobody", 1000, NO_SAY),
        ("", 1000, _C.SUCCESS),
    ],
)
def test_a_ticket_is_of_whom_the_application_has_authenticated(
    auser: str, uid: int, expected: ReturnCode
) -> None:
    texts = {Item.AUSER: auser}
    code = answer(
        pam_tty_tickets,
        _P.AUTHENTICATE,
        world=_world(uid=uid),
        user="root",
        items=_ITEMS,
        texts=texts,
    )
    assert code == expected


def test_it_leaves_none_for_who_never_asked() -> None:
    world = _world(None)
    assert answer(pam_tty_tickets, _P.SETCRED, world=world, user="root", items=_ITEMS) == NO_SAY
    assert _tickets(world).stamps == {}


def test_it_leaves_none_for_another_user_than_was_asked_about() -> None:
    world = _world(None)
    made, _ = trial(
        pam_tty_tickets,
        _P.AUTHENTICATE,
        "",
        world=world,
        user="bob",
        items=_ITEMS,
        goes_on=True,
        quirks=frozenset({"answers-steer-replay"}),
    )
    made.authenticate()
    made.core.handle.set(Item.USER, "root", from_module=False)
    made.setcred()
    assert _tickets(world).stamps == {}


def test_what_cannot_be_left_hinders_nobody() -> None:
    world = _world(None)
    _tickets(world).faults["write"] = OSError(28, "No space left on device")
    _leave(world)
    assert log_of(world) == ["No space left on device"]


def test_a_word_that_names_no_code_leaves_and_takes_no_ticket() -> None:
    world = _world()
    files = type(world.files)({"/etc/login.defs": "HMAC_CRYPTO_ALGO none\n"})  # type: ignore[call-arg]  # of memory
    world = world.changed(files=files)
    assert _ask(world) == NO_SAY
    before = dict(_tickets(world).stamps)
    _leave(world)
    assert _tickets(world).stamps == before
