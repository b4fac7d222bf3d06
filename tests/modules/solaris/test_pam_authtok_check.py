"""pam_authtok_check: which new passwords are refused, and in which words."""

from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.modules.solaris import pam_authtok_check
from pamkit.testing.script import Line, error
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from tests.formats.packed_words import packed
from tests.modules.families import NO_SAY, answer, log_of
from tests.modules.solaris.solaris_world import world_of

_C, _P = ReturnCode, Primitive
_FILE = "/etc/default/passwd"
_GOOD = "Wholly-9-new"


def _judge(
    new: str | None,
    defaults: str | OSError | None = None,
    *lines: Line,
    options: str = "",
    user: str = "alice",
    flags: int = 0,
    world: World | None = None,
) -> ReturnCode:
    tokens: dict[Item, str | bytes] = {Item.OLDAUTHTOK: "Former-8-old"}
    tokens |= {} if new is None else {Item.AUTHTOK: new}
    world = world or world_of(files={} if defaults is None else {_FILE: defaults})
    return answer(
        pam_authtok_check,
        _P.CHAUTHTOK,
        options,
        *lines,
        world=world,
        user=user,
        flags=flags,
        tokens=tokens,
        goes_on=True,
    )


@pytest.mark.parametrize(
    ("new", "defaults", "remark"),
    [
        ("abc1", "", "Password too short - must be at least 6 characters."),
        ("abcdef1", "PASSLENGTH=8\n", "Password too short - must be at least 8 characters."),
        ("123456", "", "The password must contain at least 2 alphabetic character(s)."),
        ("abcdefg", "", "The password must contain at least 1 numeric or special character(s)."),
        (
            "Former-8-odd",
            "",
            "The first 12 characters of the old and new passwords must differ by "
            "at least 3 positions.",
        ),
        (
            "aaaa-bcd",
            "MAXREPEATS=3\n",
            "Too many consecutively repeating characters. Maximum allowed is 3.",
        ),
        ("white space 1", "WHITESPACE=NO\n", "Whitespace characters are not allowed."),
    ],
)
def test_what_is_too_weak_is_refused_and_said(new: str, defaults: str, remark: str) -> None:
    assert _judge(new, defaults, error(f"test: {remark}")) == _C.AUTHTOK_ERR
    assert _judge(new, defaults, flags=Flag.SILENT) == _C.AUTHTOK_ERR


def test_what_is_good_passes_with_and_without_a_file() -> None:
    assert [_judge(_GOOD, defaults) for defaults in (None, "", "MINDIFF=9\n")] == [_C.SUCCESS] * 3


def test_settings_that_exclude_one_another_or_cannot_be_read_let_no_password_pass() -> None:
    world = world_of(files={_FILE: "MINNONALPHA=1\nMINDIGIT=1\n"})
    assert _judge(_GOOD, world=world) == _C.SYSTEM_ERR
    assert "mutually exclusive" in log_of(world)[0]
    assert _judge(_GOOD, PermissionError(13, "Permission denied")) == _C.SYSTEM_ERR


def test_settings_that_make_no_sense_are_logged() -> None:
    world = world_of(files={_FILE: "PASSLENGTH=many\n"})
    assert _judge(_GOOD, world=world) == _C.SUCCESS
    assert "non-integer value" in log_of(world)[0]


def test_without_its_dictionary_no_password_passes() -> None:
    told = error("test: failed to open dictionary database.")
    for defaults in ("DICTIONLIST=/usr/share/words\n", "DICTIONDBDIR=/var/words\n"):
        assert _judge(_GOOD, defaults, told) == _C.SYSTEM_ERR


def test_words_of_the_dictionary_are_refused() -> None:
    index, words = packed([b"aerodrome", b"marmalade"])
    files: dict[str, str | bytes | OSError] = {
        _FILE: "DICTIONDBDIR=/var/words\nMINNONALPHA=0\n",
        "/var/words/words.pwi": index,
        "/var/words/words.pwd": words,
    }
    told = error("test: password is based on a dictionary word.")
    assert _judge("marmalade", None, told, world=world_of(files=files)) == _C.AUTHTOK_ERR
    assert _judge(_GOOD, world=world_of(files=files)) == _C.SUCCESS


def test_there_must_be_a_password_and_a_user() -> None:
    assert _judge(None) == _C.AUTHTOK_ERR
    assert _judge(_GOOD, user="") == _C.USER_UNKNOWN


def test_users_of_other_services_can_be_left_to_those() -> None:
    assert _judge("x", options="server_policy", user="far") == _C.SUCCESS
    code = answer(
        pam_authtok_check,
        _P.CHAUTHTOK,
        "server_policy",
        world=world_of(),
        user="far",
        tokens={Item.AUTHTOK: "x"},
    )
    assert code == NO_SAY
