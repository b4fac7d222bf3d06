"""A program in C has Linux-PAM's items, flags and codes, whatever dialect its policy is written in.

It was compiled with Linux-PAM's headers, and its modules in C were.
"""

from __future__ import annotations

from collections.abc import Iterator
from inspect import isgenerator
from typing import Any

import pytest

from pamkit.doors import functions
from pamkit.doors.audit import AuditTrail
from pamkit.doors.door import Door
from pamkit.doors.requests import FROM_MODULE
from pamkit.policy.dialect import DIALECT_NAMES, FAMILIES
from pamkit.stores.c_memory import WORD, c_memory
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from tests.seeds.probe import Probe

_C = ReturnCode
_TEXTS = {
    2: "somebody",
    3: "tty1",
    4: "far.example",
    8: "else",
    9: "Who? ",
    11: ":0",
    13: "UNIX",
}
"""Text items by the numbers of Linux-PAM's header; 11 and 13 are others in other families."""


def _trial(dialect: str, probe: Probe) -> Trial:
    facilities = ("auth", "account", "session", "password")
    policy = "".join(f"{each} required pam_one.so\n" for each in facilities)
    return Trial(policy, probe.module, dialect=dialect)


@pytest.fixture(params=DIALECT_NAMES)
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    t = _trial(request.param, Probe("pam_one"))
    made = Door(t.core, AuditTrail(lambda record: 0, t.handle.texts, t.world.log))
    yield made
    made.close()


def _set(door: Door, item: int, text: str | None) -> int:
    if text is None:
        return functions.set_item(door.address, item, 0)
    place = c_memory.copy(text.encode() + b"\0")
    code = functions.set_item(door.address, item, place)
    c_memory.forget(place, len(text) + 1)
    return code


def _got(door: Door, item: int) -> bytes | None:
    code, pointer = functions.get_item(door.address, item)
    assert code == _C.SUCCESS
    return c_memory.text(pointer)


@pytest.mark.parametrize("item", _TEXTS)
def test_every_text_is_read_and_set(door: Door, item: int) -> None:
    assert _set(door, item, _TEXTS[item]) == _C.SUCCESS
    assert _got(door, item) == _TEXTS[item].encode()
    assert _set(door, item, None) == _C.SUCCESS
    assert _got(door, item) is None


def test_a_service_that_is_set_later_brings_its_policy(door: Door) -> None:
    assert _set(door, Item.SERVICE, "Other") == _C.SUCCESS
    assert _got(door, Item.SERVICE) == b"other"
    assert door.core.handle.service_changed


def test_ten_is_the_function_that_waits_and_twelve_what_x_wants(door: Door) -> None:
    assert functions.set_item(door.address, 10, 4096) == _C.SUCCESS
    assert functions.get_item(door.address, 10) == (_C.SUCCESS, 4096)
    code, place = functions.get_item(door.address, 12)
    assert (code, place != 0) == (_C.SUCCESS, True)
    assert c_memory.word(place + WORD) == 0


@pytest.mark.parametrize("item", [0, 14, 15, 2010, 2011, 2012, 2013, 2014, 2015, -1])
def test_what_linux_does_not_have_is_no_item(door: Door, item: int) -> None:
    assert functions.get_item(door.address, item) == _C.BAD_ITEM
    assert _set(door, item, "x") == _C.BAD_ITEM


def test_tokens_are_for_modules_alone(door: Door) -> None:
    assert functions.get_item(door.address, 6) == _C.BAD_ITEM
    assert _set(door, 6, "x") == _C.BAD_ITEM
    door.caller = FROM_MODULE
    assert _set(door, 6, "x") == _C.SUCCESS
    assert _got(door, 6) == b"x"


def test_a_conversation_is_not_taken_away(door: Door) -> None:
    assert functions.set_item(door.address, Item.CONV, 0) == _C.PERM_DENIED


def _called(trial: Trial, primitive: Primitive, flags: int) -> int:
    door = Door(trial.core, AuditTrail(lambda record: 0, trial.handle.texts, trial.world.log))
    verbs: Any = functions.FUNCTIONS[2:]  # C: behind `pam_start` and `pam_end`
    told = verbs[primitive](door.address, flags)
    try:
        while isgenerator(told):
            next(told)
    except StopIteration as end:
        told = end.value
    door.close()
    assert isinstance(told, int)
    return told


@pytest.mark.parametrize("dialect", DIALECT_NAMES)
@pytest.mark.parametrize(
    ("primitive", "flags"),
    [
        (Primitive.AUTHENTICATE, 0x8001),
        (Primitive.SETCRED, 0x8002),
        (Primitive.SETCRED, 0x4),
        (Primitive.SETCRED, 0x8),
        (Primitive.SETCRED, 0x10),
        (Primitive.OPEN_SESSION, 0x8000),
        (Primitive.CLOSE_SESSION, 0x8000),
        (Primitive.ACCT_MGMT, 0x8001),
    ],
)
def test_flags_are_those_of_linux(dialect: str, primitive: Primitive, flags: int) -> None:
    probe = Probe("pam_one")
    assert _called(_trial(dialect, probe), primitive, flags) == _C.SUCCESS
    assert probe.flags_of(primitive) == [flags]


@pytest.mark.parametrize("dialect", DIALECT_NAMES)
def test_both_passes_are_told_as_on_linux(dialect: str) -> None:
    probe = Probe("pam_one", chauthtok=_C.AUTHTOK_ERR)
    assert _called(_trial(dialect, probe), Primitive.CHAUTHTOK, 0x20) == 20
    assert probe.flags_of(Primitive.CHAUTHTOK) == [0x4020]


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize(
    ("code", "number"),
    [
        (_C.PERM_DENIED, 6),
        (_C.AUTH_ERR, 7),
        (_C.USER_UNKNOWN, 10),
        (_C.MAXTRIES, 11),
        (_C.NEW_AUTHTOK_REQD, 12),
        (_C.ACCT_EXPIRED, 13),
        (_C.AUTHTOK_EXPIRED, 27),
    ],
)
def test_codes_are_those_of_linux(dialect: str, code: ReturnCode, number: int) -> None:
    probe = Probe("pam_one", acct_mgmt=code)
    assert _called(_trial(dialect, probe), Primitive.ACCT_MGMT, 0) == number


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize("primitive", Primitive)
@pytest.mark.parametrize("flags", [0x40, 0x80000000, Flag.PRELIM_CHECK, 0x6])
def test_a_refused_flag_has_a_code_that_a_program_knows(
    dialect: str, primitive: Primitive, flags: int
) -> None:
    code = _called(_trial(dialect, Probe("pam_one")), primitive, flags)
    assert 0 < code < CODE_COUNT
