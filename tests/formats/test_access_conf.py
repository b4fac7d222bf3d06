"""Lines of an access table: fields, bad lines, and the line that breaks off."""

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.access_conf import BadLine, Rule, parse, words

_SIGNS = "+-:|# ,xALL\t\n\r\0"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("+:alice:ALL", Rule(1, True, "+", "alice", "ALL")),
        ("- : alice bob : tty1 :0  ", Rule(1, False, "- ", " alice bob ", " tty1 :0")),
        ("+more:alice:ALL", Rule(1, True, "+more", "alice", "ALL")),
        ("-::alice:::ffff:1.2.3.4", Rule(1, False, "-", "alice", "::ffff:1.2.3.4")),
        (":+:alice:ALL", Rule(1, False, "+", "alice", "ALL")),
        ("#+:alice:ALL", None),
        ("", None),
        (" \t\v\f\r", None),
        (" # no comment", BadLine(1, "bad field count")),
        ("+", BadLine(1, "bad field count")),
        ("+:alice", BadLine(1, "bad field count")),
        ("+:alice:", BadLine(1, "bad field count")),
        ("+:alice: ", BadLine(1, "bad field count")),
        ("+::ALL", BadLine(1, "bad field count")),
        (" +:alice:ALL", BadLine(1, "bad first field")),
        ("allow:alice:ALL", BadLine(1, "bad first field")),
    ],
)
def test_a_line_is_a_rule_or_bad_or_nothing(line: str, expected: Rule | BadLine | None) -> None:
    assert parse(f"{line}\n") == ([] if expected is None else [expected])


def test_lines_are_counted_from_one() -> None:
    text = "# one\n\n+:a:b\nbad\n-:c:d\n"
    assert [line.line for line in parse(text)] == [3, 4, 5]


@pytest.mark.parametrize("text", ["+:a:b\n-:ALL:ALL", "+:a:b\n-:ALL:ALL\0+:ALL:ALL\n"])
def test_a_line_that_breaks_off_still_denies(text: str) -> None:
    assert parse(text) == [
        Rule(1, True, "+", "a", "b"),
        BadLine(2, "missing newline or line too long"),
        Rule(2, False, "-", "ALL", "ALL"),
    ]


@pytest.mark.parametrize("text", ["+:ALL:ALL", "+:ALL:ALL\0\n", "# comment", "-:ALL", "x:a:b"])
def test_a_line_that_breaks_off_never_grants(text: str) -> None:
    assert parse(text) == [BadLine(1, "missing newline or line too long")]


def test_a_line_that_begins_with_a_nul_says_nothing() -> None:
    assert parse("\0-:ALL:ALL\n+:a:b\n") == [Rule(2, True, "+", "a", "b")]


@pytest.mark.parametrize(
    ("separators", "line", "expected"),
    [
        ("|", "+|alice|host:0", ("+", "alice", "host:0")),
        (":|", "+|alice:host:0", ("+", "alice", "host:0")),
        ("|:", "+:alice|host|0", ("+", "alice", "host|0")),
    ],
)
def test_any_of_the_separators_ends_a_field(
    separators: str, line: str, expected: tuple[str, str, str]
) -> None:
    (rule,) = parse(f"{line}\n", separators)
    assert isinstance(rule, Rule)
    assert (rule.permission, rule.users, rule.origins) == expected


def test_without_separators_no_line_is_whole() -> None:
    assert parse("+:ALL:ALL\n", "") == [BadLine(1, "bad field count")]


def test_a_separator_cannot_be_a_permission() -> None:
    (rule,) = parse("+-+ALL+ALL\n", "+")
    assert isinstance(rule, Rule)
    assert not rule.grants


@given(st.text(_SIGNS, max_size=40), st.text(":|, l", max_size=3))
def test_words_are_what_strtok_finds(text: str, separators: str) -> None:
    assert _strtok(text.replace("\0", ""), separators) == words(text.replace("\0", ""), separators)


@given(st.text(_SIGNS, max_size=60), st.text(":|+", max_size=2))
def test_a_rule_grants_only_if_its_line_begins_with_a_plus(text: str, separators: str) -> None:
    lines = text.split("\n")
    for found in parse(text, separators):
        assert 1 <= found.line <= len(lines)
        if isinstance(found, Rule) and found.grants:
            assert lines[found.line - 1].startswith("+")
            assert found.line < len(lines)


@given(st.text(_SIGNS, max_size=60))
def test_the_fields_are_what_strtok_finds(line: str) -> None:
    line = line.translate({0: None, 10: None})
    for found in parse(f"{line}\n"):
        fields = _fields(line.rstrip(" \t\n\v\f\r"))
        if isinstance(found, Rule):
            assert [found.permission, found.users, found.origins] == fields
        else:
            assert (found.complaint == "bad field count") == (len(fields) < 3)


_libc = ctypes.CDLL(None)
_libc.strtok_r.restype = ctypes.c_char_p


def _strtok(text: str, separators: str) -> list[str]:
    kept, at = ctypes.create_string_buffer(text.encode()), ctypes.c_void_p()
    found = []
    start: ctypes.Array[ctypes.c_char] | None = kept
    while (piece := _libc.strtok_r(start, separators.encode(), ctypes.byref(at))) is not None:
        found.append(piece.decode())
        start = None
    return found


def _fields(line: str) -> list[str]:
    kept, at = ctypes.create_string_buffer(line.encode()), ctypes.c_void_p()
    found = []
    for start, separators in ((kept, b":"), (None, b":"), (None, b"\n")):
        piece = _libc.strtok_r(start, separators, ctypes.byref(at))
        if piece is None:
            break
        found.append(piece.decode())
    return found
