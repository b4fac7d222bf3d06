from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.sessions.ticket import BadTicket, Ticket, ticket_from

_TEXT = st.text(st.characters(exclude_characters="\0"), min_size=1)
_PATHS = st.lists(st.tuples(st.integers(0, 99), st.integers(-1, 40))).map(tuple)
_TICKETS = st.builds(
    Ticket,
    service=_TEXT,
    user=_TEXT,
    items=st.lists(st.tuples(st.sampled_from(["TTY", "RHOST"]), _TEXT)).map(tuple),
    environment=st.lists(st.tuples(_TEXT, _TEXT)).map(tuple),
    authenticated=st.none() | _PATHS,
    opened=_PATHS,
    auth_policy=_TEXT,
    session_policy=_TEXT,
    dialect=_TEXT,
    quirks=st.lists(_TEXT).map(tuple),
)

GOOD: dict[str, Any] = {
    "version": 2,
    "service": "login",
    "user": "alice",
    "items": [["TTY", "tty1"]],
    "environment": [["LANG", "C"]],
    "authenticated": [[0, 0]],
    "opened": [[0, 0], [1, 25]],
    "auth_policy": "a",
    "session_policy": "b",
    "dialect": "linux",
    "quirks": ["short-lines"],
}


@given(_TICKETS)
def test_a_ticket_becomes_one_line_and_a_ticket_again(ticket: Ticket) -> None:
    text = ticket.text()
    assert "\n" not in text
    assert text.isascii()
    assert ticket_from(text) == ticket


def test_a_ticket_is_read_field_by_field() -> None:
    ticket = ticket_from(json.dumps(GOOD))
    assert ticket == Ticket(
        "login",
        "alice",
        (("TTY", "tty1"),),
        (("LANG", "C"),),
        ((0, 0),),
        ((0, 0), (1, 25)),
        "a",
        "b",
        "linux",
        ("short-lines",),
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 1}, "expected a ticket of version 2"),
        ({"more": 1}, "expected the fields of a ticket, and nothing else: `more`"),
        ({"service": ""}, "service: expected a text"),
        ({"service": 5}, "service: expected a text"),
        ({"user": "a\0b"}, "user: expected a text"),
        ({"items": {}}, "items: expected names and texts in pairs"),
        ({"items": [["TTY"]]}, "items: expected names and texts in pairs"),
        ({"items": [["TTY", "\0"]]}, "items: expected names and texts in pairs"),
        ({"items": [["AUTHTOK", "x"]]}, "items: expected names of items"),
        ({"environment": [[1, "x"]]}, "environment: expected names and texts in pairs"),
        ({"opened": None}, "opened: expected numbers in pairs"),
        ({"opened": [[0, True]]}, "opened: expected numbers in pairs"),
        ({"opened": [[0, 0, 0]]}, "opened: expected numbers in pairs"),
        ({"quirks": "x"}, "quirks: expected texts"),
        ({"quirks": [1]}, "quirks: expected texts"),
        ({"dialect": None}, "dialect: expected a text"),
        ({"authenticated": "x"}, "authenticated: expected numbers in pairs"),
    ],
)
def test_what_is_no_ticket_says_why(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadTicket) as odd:
        ticket_from(json.dumps({**GOOD, **changes}))
    assert str(odd.value) == said


@pytest.mark.parametrize("text", ["", "x", "[]", "1", "{", "[" * 100_000, '{"version": 1}'])
def test_a_text_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadTicket):
        ticket_from(text)


def test_a_text_that_is_too_long_is_not_read() -> None:
    with pytest.raises(BadTicket, match="expected at most"):
        ticket_from(" " * ((1 << 20) + 1))
