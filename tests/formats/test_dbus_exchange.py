"""One question to a bus: the answer comes, or what comes instead is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.dbus_exchange import MOST_DESCRIPTORS, Exchange
from pamkit.formats.dbus_message import ERROR, RETURN, Question
from pamkit.formats.dbus_values import BadValue
from tests.formats.dbus_answers import HELLO, answer, greeted, refusal

_ASKED = Question("org.x", "/org/x", "org.x.Manager", "Do", "s", ("a",))


def _is_answered(exchange: Exchange) -> bool:
    return exchange.answer is not None


def test_who_asks_says_who_he_is_and_hello_first() -> None:
    sent = Exchange(_ASKED).outgoing
    assert sent.startswith(b"\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\nl\1")
    assert sent.index(b"Hello") < sent.index(b"org.x.Manager")


@given(st.integers(1, 40))
def test_an_answer_comes_in_whatever_pieces(size: int) -> None:
    exchange = Exchange(_ASKED)
    said = greeted() + answer(RETURN, 2, "s", ("yes",))
    for at in range(0, len(said), size):
        assert not _is_answered(exchange)
        exchange.hear(said[at : at + size])
    assert exchange.answer is not None
    assert exchange.answer.values == ("yes",)


def test_descriptors_are_of_the_message_they_came_with() -> None:
    exchange = Exchange(_ASKED)
    other = answer(4, 0, "h", (0,), descriptors=1)
    exchange.hear(greeted() + other, (7,))
    exchange.hear(answer(RETURN, 2, "h", (0,), descriptors=1), (8,))
    assert exchange.descriptors == (8,)


def test_answers_to_other_questions_are_passed_over() -> None:
    exchange = Exchange(_ASKED)
    exchange.hear(HELLO + answer(RETURN, 2, "s", ("early",)))
    exchange.hear(answer(RETURN, 1, "s", (":1.7",)) + answer(RETURN, 77, "s", ("other",)))
    exchange.hear(answer(RETURN, 1, "s", (":1.7",)))
    assert not _is_answered(exchange)
    exchange.hear(refusal(2, "org.x.No", "no"))
    assert exchange.answer is not None
    assert (exchange.answer.kind, exchange.answer.error_name) == (ERROR, "org.x.No")


def test_what_only_looks_like_an_answer_is_passed_over() -> None:
    exchange = Exchange(_ASKED)
    exchange.hear(greeted() + answer(4, 2, "s", ("x",)) + answer(7, 2, "s", ("x",)))
    assert exchange.answer is None


def test_a_bus_that_does_not_say_hello_says_no_to_all() -> None:
    exchange = Exchange(_ASKED)
    exchange.hear(HELLO + refusal(1, "org.x.Full", "too many"))
    assert exchange.answer is not None
    assert exchange.answer.error_name == "org.x.Full"


@pytest.mark.parametrize(
    "said",
    [
        b"REJECTED EXTERNAL\r\n",
        b"OK 0123\r\n",
        b"DATA\r\nREJECTED EXTERNAL\r\n",
        b"DATA\r\nOK \r\n",
        b"DATA\r\nOK 0123\r\nERROR\r\n",
        b"x" * 600,
        HELLO + b"x" * 16,
        HELLO + answer(RETURN, 1, "s", (":1.7",)) + answer(RETURN, 2, "h", (0,), descriptors=1),
        b"\0" * 16 + b"\r\n",
    ],
)
def test_what_no_bus_says_is_refused(said: bytes) -> None:
    with pytest.raises(BadValue):
        Exchange(_ASKED).hear(said)


def test_an_answer_that_is_too_long_and_too_many_descriptors_are_refused() -> None:
    exchange = Exchange(_ASKED)
    exchange.hear(greeted())
    with pytest.raises(BadValue, match="too long"):
        exchange.hear(b"l\2\0\1" + b"\0\0\1\0" + b"\1\0\0\0" + b"\0\0\0\0")
    with pytest.raises(BadValue, match="too many"):
        Exchange(_ASKED).hear(HELLO, tuple(range(MOST_DESCRIPTORS + 1)))


class _Stream:
    """What a bus says, taken as `wanted` says: descriptors come with the first byte they are of."""

    def __init__(self, *said: tuple[bytes, tuple[int, ...]]) -> None:
        self._data = b"".join(data for data, _ in said)
        ends = [sum(len(data) for data, _ in said[:at]) for at in range(len(said))]
        self._descriptors = dict(zip(ends, (came for _, came in said), strict=True))
        self._at = 0

    def take(self, size: int) -> tuple[bytes, tuple[int, ...]]:
        start, self._at = self._at, self._at + size
        came = [
            one for at, ones in self._descriptors.items() if start <= at < self._at for one in ones
        ]
        return self._data[start : self._at], tuple(came)

    @property
    def is_over(self) -> bool:
        return self._at >= len(self._data)


def test_messages_of_strangers_keep_no_answer_away_however_long_and_many() -> None:
    """Any user may send signals to whoever waits for an answer on the system's bus."""
    long = b"l\4\0\1" + (1 << 20).to_bytes(4, "little") + b"\1\0\0\0" + bytes(4) + bytes(1 << 20)
    crowd = [(answer(4, 0, "s", ("x",), descriptors=2), (at, at + 1)) for at in range(10, 5000, 2)]
    stream = _Stream(
        (greeted(), ()),
        (long, tuple(range(5000, 5253))),
        *crowd,
        (long, ()),
        (answer(RETURN, 2, "h", (0,), descriptors=1), (7,)),
        (answer(4, 0, "s", ("behind",), descriptors=1), (8,)),
    )
    exchange = Exchange(_ASKED)
    unused: list[int] = []
    while exchange.answer is None:
        assert not stream.is_over
        unused += exchange.hear(*stream.take(exchange.wanted))
    assert exchange.descriptors == (7,)
    assert sorted(unused) == [*range(10, 5253)]


@pytest.mark.parametrize("size", [1, 3, 16, 1000])
def test_no_byte_is_taken_of_a_message_behind_the_one_that_began(size: int) -> None:
    exchange = Exchange(_ASKED)
    said = greeted() + answer(RETURN, 2, "s", ("yes",)) + b"behind"
    while exchange.answer is None:
        piece = min(size, exchange.wanted)
        exchange.hear(said[:piece])
        said = said[piece:]
    assert said == b"behind"


@given(st.binary(max_size=200))
def test_any_bytes_answer_nothing(data: bytes) -> None:
    exchange = Exchange(_ASKED)
    try:
        exchange.hear(greeted() + data)
    except BadValue:
        return
    assert exchange.answer is None or exchange.answer.reply_serial == 2
