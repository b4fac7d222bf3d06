"""Messages of D-Bus: a question is one, and whatever else comes is one or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.dbus_message import (
    CALL,
    ERROR,
    FIRST_BYTES,
    RETURN,
    Question,
    message,
    question,
    size_of,
)
from pamkit.formats.dbus_values import BadValue
from tests.formats.dbus_answers import answer

_ASKED = Question("org.x", "/org/x", "org.x.Manager", "Do", "su", ("a", 7))


def test_a_question_is_a_message() -> None:
    data = question(_ASKED, 3)
    assert size_of(data[:FIRST_BYTES]) == len(data)
    said = message(data)
    assert (said.kind, said.signature, said.values) == (CALL, "su", ("a", 7))


def test_an_answer_says_what_it_answers_and_brings() -> None:
    said = message(answer(RETURN, 3, "sh", ("a", 0), descriptors=1))
    assert (said.kind, said.reply_serial, said.values, said.descriptors) == (RETURN, 3, ("a", 0), 1)
    said = message(answer(ERROR, 3, "s", ("no",), error="org.x.No"))
    assert (said.kind, said.error_name, said.values) == (ERROR, "org.x.No", ("no",))


def test_an_answer_may_have_the_big_end_first() -> None:
    said = message(answer(RETURN, 3, "su", ("a", 7), is_big=True))
    assert (said.reply_serial, said.values) == (3, ("a", 7))


@pytest.mark.parametrize(
    "data",
    [
        answer(RETURN, 0, "", ()),
        answer(ERROR, 3, "", ()),
        answer(RETURN, 3, "", (), error="") + b"\0",
        answer(RETURN, 3, "u", (1,))[:-1],
        answer(RETURN, 3, "", (), version=2),
        answer(RETURN, 3, "", (), serial=0),
        answer(0, 3, "", ()),
        answer(RETURN, 3, "", (), more=[(5, ("u", 4))]),
        answer(RETURN, 3, "", (), more=[(9, ("s", "1"))]),
        answer(RETURN, 3, "", (), more=[(0, ("u", 1))]),
        b"x" + answer(RETURN, 3, "", ())[1:],
        b"",
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(BadValue):
        message(data)


def test_a_length_is_bounded_before_anything_is_read() -> None:
    with pytest.raises(BadValue, match="too long"):
        size_of(b"l\2\0\1" + b"\xff\xff\xff\xff" + b"\1\0\0\0" + b"\xff\xff\xff\xff")


@given(st.binary(max_size=120))
def test_any_bytes_are_a_message_or_refused(data: bytes) -> None:
    try:
        message(data)
    except BadValue:
        return


@given(st.integers(0, 200), st.integers(0, 255))
def test_a_byte_that_is_another_is_a_message_or_refused(at: int, byte: int) -> None:
    data = bytearray(answer(RETURN, 3, "soshusub", ("1", "/a", "/b", 0, 1, "", 0, False)))
    data[at % len(data)] = byte
    try:
        message(bytes(data))
    except BadValue:
        return
