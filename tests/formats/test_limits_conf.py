import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.limits_conf import BadRange, IdRange, LimitLine, id_range, parse


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"alice soft core 10", LimitLine(1, "alice", "soft", "core", "10")),
        (b"\t @W  -\tCORE  -1 \t#x", LimitLine(1, "@W", "-", "core", "-1")),
        (b"* Hard cpu 1 2\t3 ", LimitLine(1, "*", "hard", "cpu", "1 2\t3")),
        (b"a - core#", LimitLine(1, "a", "-", "core")),
        (b"a -", LimitLine(1, "a", "-")),
        (b"\xff", LimitLine(1, "\udcff")),
        (b"a - core 1\r", LimitLine(1, "a", "-", "core", "1\r")),
        (b"a - core\0 1", LimitLine(1, "a", "-", "core")),
    ],
)
def test_a_line_has_up_to_four_fields(line: bytes, expected: LimitLine) -> None:
    assert [expected] == list(parse(line + b"\n"))


def test_lines_are_numbered_and_empty_ones_say_nothing() -> None:
    found = parse(b"\n# a\n \t\r\x0b\nb\n\nc -x")
    assert [(line.number, line.domain, line.exempts) for line in found] == [
        (4, "b", False),
        (6, "c", True),
    ]


@pytest.mark.parametrize(
    ("line", "is_complete", "exempts"),
    [
        ("a - core 1", True, False),
        ("a - core", False, False),
        ("a -", False, True),
        ("a -x", False, True),
        ("a soft", False, False),
        ("a", False, False),
    ],
)
def test_a_line_limits_or_exempts_or_is_bad(line: str, is_complete: bool, exempts: bool) -> None:
    (found,) = parse(line.encode())
    assert (is_complete, exempts) == (found.is_complete, found.exempts)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("alice", None),
        ("5:9", IdRange(5, 9)),
        ("@5:", IdRange(5, None)),
        ("%:7", IdRange(7, 7, is_one=True)),
        ("+5:-1", IdRange(5, 0xFFFFFFFF)),
        (f"{1 << 32}:", IdRange(0, None)),
    ],
)
def test_a_domain_is_a_name_or_a_range(domain: str, expected: IdRange | None) -> None:
    assert expected == id_range(domain)


@pytest.mark.parametrize(
    ("domain", "wrong"),
    [(":", ""), ("@:", ""), ("a:", "min"), ("1x:2", "min"), ("1:x", "max"), ("1:2:", "max")],
)
def test_what_has_a_colon_and_is_no_range_is_bad(domain: str, wrong: str) -> None:
    with pytest.raises(BadRange) as caught:
        id_range(domain)
    assert wrong == str(caught.value)


def test_a_range_has_ends() -> None:
    assert [number in IdRange(5, 9) for number in (4, 5, 9, 10)] == [False, True, True, False]
    assert 1 << 31 in IdRange(5, None)
    assert "5" not in IdRange(5, None)


@given(st.binary())
def test_every_file_can_be_read(data: bytes) -> None:
    for line in parse(data):
        assert line.domain
        with contextlib.suppress(BadRange):
            id_range(line.domain)
