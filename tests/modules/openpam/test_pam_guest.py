"""pam_guest of OpenPAM: whom the line names, with any password."""

from __future__ import annotations

import pytest

from pamkit.modules.openpam import pam_guest
from pamkit.testing.script import hidden, visible
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret
from tests.modules.families import answer, trial

_C, _AUTH = ReturnCode, Primitive.AUTHENTICATE


@pytest.mark.parametrize(
    ("user", "options", "password", "expected"),
    [
        ("guest", "", "anything", _C.SUCCESS),
        ("guest", "", "", _C.SUCCESS),
        ("alice", "", "guest", _C.AUTH_ERR),
        ("ftp", "guests=anonymous,ftp", "me@here", _C.SUCCESS),
        ("guest", "guests=anonymous,ftp", "me@here", _C.AUTH_ERR),
        ("ft", "guests=anonymous,ftp", "x", _C.AUTH_ERR),
        ("", "guests=anonymous,,ftp", "x", _C.AUTH_ERR),
        ("anonymous,ftp", "guests=anonymous,ftp", "x", _C.AUTH_ERR),
        ("guest", "pass_is_user", "guest", _C.SUCCESS),
        ("guest", "pass_is_user", "Guest", _C.AUTH_ERR),
    ],
)
def test_guests_are_those_whom_the_line_names(
    user: str, options: str, password: str, expected: ReturnCode
) -> None:
    asked = hidden("Password:", Secret(password))
    assert answer(pam_guest, _AUTH, options, asked, user=user) == expected


def test_the_application_learns_who_is_a_guest_and_nobody_else_becomes_one() -> None:
    for user, seen in (("guest", {"GUEST": "guest"}), ("alice", {})):
        made, _ = trial(pam_guest, _AUTH, "nopass", user=user)
        made.authenticate()
        assert made.handle.env == seen


def test_what_a_guest_types_can_become_the_remote_user() -> None:
    made, _ = trial(
        pam_guest, _AUTH, "pass_as_ruser", hidden("Password:", Secret("me@here")), user="guest"
    )
    assert made.authenticate() == _C.SUCCESS
    assert made.handle.texts[Item.RUSER] == "me@here"


@pytest.mark.parametrize("typed", [b"a\0b", b"\xff", b"a\nb", b"\x1b[2J"])
def test_what_is_no_text_does_not(typed: bytes) -> None:
    options, tokens = "pass_as_ruser use_first_pass", {Item.AUTHTOK: typed}
    made, _ = trial(pam_guest, _AUTH, options, user="guest", tokens={**tokens})
    assert made.authenticate() == _C.SUCCESS
    assert Item.RUSER not in made.handle.texts


def test_the_password_of_somebody_who_is_no_guest_shows_nowhere() -> None:
    asked = hidden("Password:", Secret("a real password"))
    made, _ = trial(pam_guest, _AUTH, "pass_as_ruser", asked, user="alice")
    assert made.authenticate() == _C.AUTH_ERR
    assert Item.RUSER not in made.handle.texts


def test_nopass_asks_for_nothing() -> None:
    assert answer(pam_guest, _AUTH, "nopass", user="guest") == _C.SUCCESS
    assert answer(pam_guest, _AUTH, "nopass", user="alice") == _C.AUTH_ERR


def test_who_gives_no_name_is_refused() -> None:
    assert answer(pam_guest, _AUTH, "", visible("Login:", None), user=None) == _C.AUTH_ERR


def test_there_are_no_credentials_to_set() -> None:
    assert answer(pam_guest, Primitive.SETCRED) == _C.SUCCESS
