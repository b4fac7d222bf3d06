from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.time_rules import Rule, is_named, is_now, judge, read_rules

_LOST = "field too long - ignored"


def _fields(text: str, count: int = 4) -> list[tuple[str, ...]]:
    return [rule.fields for rule in read_rules(text, "f", fields=count)]


def _complaints(text: str) -> list[str]:
    return [each for rule in read_rules(text, "f", fields=4) for each in rule.complaints]


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n \t\n# a;b;c;d\n", []),
        ("a;b;c;d\n", [("a", "b", "c", "d")]),
        (" a  x ;\tb\t;! c& ! ! d ; e \n", [("a x", "b", "!c& !!d", "e")]),
        ("a;b;c;d # e\n", [("a", "b", "c", "d")]),
        ("a;b;c;d # \\\ne;f;g;h\n", [("a", "b", "c", "d"), ("e", "f", "g", "h")]),
        ("a;b\\\n|c;d;\\\ne\n", [("a", "b|c", "d", "e")]),
        ("a;b\\ ;c\\;d\n", [("a", "b\\", "c\\", "d")]),
        (";;a;b;c;d\n", [("a", "b", "c", "d")]),
        ("a;b;c;\n", [("a", "b", "c", "")]),
        ("a;b;c;d #", [("a", "b", "c", "d")]),
        ("a" * 5000 + ";b;c;d\n", [("a" * 5000, "b", "c", "d")]),
    ],
)
def test_lines_become_fields(text: str, expected: list[tuple[str, ...]]) -> None:
    assert expected == _fields(text)


@pytest.mark.parametrize(
    ("text", "fields", "complaints"),
    [
        ("a\n", [()], ["f: malformed rule #1"]),
        ("a;b\n", [("a",)], ["f: malformed rule #1"]),
        ("a;b;c\n", [("a", "b", "c")], ["f: malformed rule #1"]),
        ("a;b;c;", [("a", "b", "c")], ["f: malformed rule #1"]),
        ("a;b;c;d", [("a", "b", "c", "")], [_LOST]),
        ("a;b;c", [("a", "b")], [_LOST, "f: malformed rule #1"]),
        ("a", [()], [_LOST]),
        ("a;b;c;d;\n", [("a", "b", "c", "d")], ["f: poorly terminated rule #1"]),
        ("a;b;c;d;", [("a", "b", "c", "d")], ["f: poorly terminated rule #1"]),
        (
            "a;b;c;d;e;f;g;h\n",
            [("a", "b", "c", "d"), ("e", "f", "g", "h")],
            ["f: poorly terminated rule #1"],
        ),
        ("a;b;c;d;e", [("a", "b", "c", "d"), ()], ["f: poorly terminated rule #1", _LOST]),
    ],
)
def test_what_is_wrong_with_a_line_is_said(
    text: str, fields: list[tuple[str, ...]], complaints: list[str]
) -> None:
    assert (fields, complaints) == (_fields(text), _complaints(text))


def test_rules_may_have_another_number_of_fields() -> None:
    assert _fields("a;b;c;d;e\n", 5) == [("a", "b", "c", "d", "e")]


def test_rules_are_counted_and_empty_lines_are_not() -> None:
    numbers = [rule.number for rule in read_rules("x\n\na;b;c;d\n#\ne;f;g;h\n", "f", fields=4)]
    assert numbers == [1, 2, 3]


_field = st.text("ab*&|! \t-", max_size=8)


@given(st.lists(st.lists(_field, min_size=4, max_size=4).filter(lambda f: bool(f[0].strip()))))
def test_what_is_written_as_rules_is_read_as_those_rules(lines: list[list[str]]) -> None:
    text = "".join(";".join(fields) + "\n" for fields in lines)
    rules = read_rules(text, "f", fields=4)
    assert [len(fields) for fields in lines] == [len(rule.fields) for rule in rules]
    assert all(rule.complaints == () for rule in rules)


@given(st.text("a;#\\\n \t!", max_size=60), st.integers(2, 5))
def test_every_rule_has_all_its_fields_or_a_complaint(text: str, count: int) -> None:
    for rule in read_rules(text, "f", fields=count):
        assert len(rule.fields) == count or rule.complaints, rule
        assert len(rule.fields) <= count


@given(st.text("a;#\\\n \t!é", max_size=60))
def test_a_line_joined_by_hand_is_the_same_line(text: str) -> None:
    whole = text.replace("\\", "").replace("#", "")
    assert read_rules(whole + "\n", "f", fields=4) == read_rules(
        whole.replace("a", "a\\\n") + "\n", "f", fields=4
    )


# --- lists --------------------------------------------------------------------------------------


def _said(words: str, *true: str) -> tuple[bool | None, list[str]]:
    complaints: list[str] = []
    answer = judge(words, lambda name: name in true, rule=7, complain=complaints.append)
    return answer, complaints


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("t", True),
        ("f", False),
        ("", False),
        ("!f", True),
        ("!!t", True),
        ("!", False),
        ("t|f", True),
        ("t&f", False),
        ("t|t&f", False),
        ("f&t|t", True),
        ("t & !f", True),
        ("t|", True),
        ("t\r", True),
    ],
)
def test_a_list_is_read_from_left_to_right(words: str, expected: bool) -> None:
    assert (expected, []) == _said(words, "t")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("t f", "garbled syntax; expected & or | (rule #7)"),
        ("t!f", "garbled syntax; expected & or | (rule #7)"),
        ("|t", "garbled syntax; expected name (rule #7)"),
        ("t&&f", "garbled syntax; expected name (rule #7)"),
        ("!|t", "garbled syntax; expected name (rule #7)"),
    ],
)
def test_what_is_garbled_is_no_answer(words: str, complaint: str) -> None:
    assert (None, [complaint]) == _said(words, "t")


def test_signs_that_no_name_has_are_complained_about() -> None:
    assert _said("%t", "t") == (True, ["`%` means nothing here (rule #7)"])


@pytest.mark.parametrize("words", ["u", "!u", "t|u", "u|t", "f&u"])
def test_a_member_that_cannot_be_read_makes_the_list_unreadable(words: str) -> None:
    holds = {"t": True, "f": False, "u": None}
    assert judge(words, holds.__getitem__, rule=1, complain=_silent) is None


def _silent(_: str) -> None:
    return None


_name = st.text("tf", min_size=1, max_size=2)


@given(st.lists(st.tuples(st.sampled_from("&|"), st.integers(0, 3), st.booleans()), min_size=1))
def test_a_list_says_what_its_members_say_folded(members: list[tuple[str, int, bool]]) -> None:
    words, expected = "", False
    for at, (operator, nots, held) in enumerate(members):
        words += (operator if at else "") + "!" * nots + "ft"[held]
        mine = held != bool(nots % 2)
        expected = expected and mine if at and operator == "&" else expected or mine
    assert (expected, []) == _said(words, "t")


@given(st.text())
def test_any_text_is_a_list_or_none(words: str) -> None:
    answer, complaints = _said(words, "a")
    assert answer is not None or complaints


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("alice", "alice", True),
        ("alice", "alic", False),
        ("alice", "alices", False),
        ("alice", "*", True),
        ("", "*", True),
        ("tty1", "tty*", True),
        ("tty", "tty*", True),
        ("pts/0", "*/0", True),
        ("alice", "a*e", True),
        ("alice", "a*x", False),
        ("aba", "ab*ba", True),
        ("a", "a*bcdef", False),
        ("aXbY", "a*b*", False),
        ("*x", "*", True),
    ],
)
def test_one_star_stands_for_anything(name: str, pattern: str, expected: bool) -> None:
    assert expected is is_named(name, pattern)


@given(st.text("ab"), st.text("ab"), st.text("ab"))
def test_what_a_star_stands_for_does_not_matter(head: str, middle: str, tail: str) -> None:
    assert is_named(head + middle + tail, f"{head}*{tail}")


# --- times --------------------------------------------------------------------------------------


def _now(times: str, weekday: int, clock: str) -> tuple[bool | None, list[str]]:
    complaints: list[str] = []
    answer = is_now(
        times,
        weekday=weekday,
        hour=int(clock[:2]),
        minute=int(clock[2:]),
        rule=7,
        complain=complaints.append,
    )
    return answer, complaints


_ORDER = "mo tu we th fr sa su".split()  # noqa: SIM905  # the days in order, to be read


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ("Al", "mo tu we th fr sa su"),
        ("Wk", "mo tu we th fr"),
        ("wD", "sa su"),
        ("MoTuSa", "mo tu sa"),
        ("AlFr", "mo tu we th sa su"),
        ("MoWk", "tu we th fr"),
        ("MoMoMo", "mo"),
        ("SU", "su"),
    ],
)
def test_days_are_added_and_taken_away(times: str, expected: str) -> None:
    days = [day for day in range(7) if _now(f"{times}0000-2400", day, "1200")[0]]
    assert expected.split() == [_ORDER[day] for day in days]


@pytest.mark.parametrize(
    ("times", "inside", "outside"),
    [
        ("Al0800-1700", ["0800", "1659"], ["0759", "1700"]),
        ("Al800-1700", ["0800"], ["0759"]),
        ("Al-0100", ["0000", "0059"], ["0100"]),
        ("Al2200-0600", ["2200", "2359", "0000", "0600"], ["2159", "0601"]),
        ("Al1200-1200", ["1200", "1159", "0000"], []),
    ],
)
def test_times_begin_and_end_at_the_minute(
    times: str, inside: list[str], outside: list[str]
) -> None:
    assert all(_now(times, 2, clock)[0] is True for clock in inside)
    assert all(_now(times, 2, clock)[0] is False for clock in outside)


def test_a_time_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    found = [
        (_ORDER[day], clock)
        for day in range(7)
        for clock in ("0000", "0600", "1200", "2200")
        if _now("Su2200-0600", day, clock)[0]
    ]
    assert found == [("mo", "0000"), ("mo", "0600"), ("su", "2200")]


@pytest.mark.parametrize("times", ["Al", "Mo0800", "Mo0800-", "Mo0800-170", "Mo0800-17000"])
@pytest.mark.parametrize("weekday", [0, 1])
def test_days_without_good_times_are_no_time(times: str, weekday: int) -> None:
    assert _now(times, weekday, "1200") == (None, ["no/bad times specified (rule #7)"])


@pytest.mark.parametrize("times", ["Xx0000-2400", "Mon0000-2400", "M0000-2400", "MoT"])
def test_a_day_that_nobody_knows_is_no_time(times: str) -> None:
    assert _now(times, 0, "1200") == (None, ["bad day specified (rule #7)"])


def test_times_without_a_day_cannot_be_read_but_no_day_is_no_day() -> None:
    assert _now("0000-2400", 0, "1200") == (None, ["no day specified"])
    assert _now("MoMo0000-2400", 0, "1200") == (False, ["no day specified"])


_clock = st.builds("{:02}{:02}".format, st.integers(0, 23), st.integers(0, 59))


@given(_clock, _clock, _clock, st.integers(0, 6))
def test_a_minute_is_in_a_time_or_in_the_rest_of_the_week(
    start: str, end: str, clock: str, weekday: int
) -> None:
    inside = _now(f"Al{start}-{end}", weekday, clock)[0]
    outside = _now(f"Al{end}-{start}", weekday, clock)[0]
    assert inside or outside
    if clock not in (start, end) and start != end:
        assert inside != outside


@given(st.text("motuwkal0189-*/", max_size=12), _clock, st.integers(0, 6))
def test_any_text_is_a_time_or_complained_about(times: str, clock: str, weekday: int) -> None:
    answer, complaints = _now(times, weekday, clock)
    assert (answer is not None) or complaints


def test_a_rule_says_what_it_is() -> None:
    assert [Rule(1, ("a", "b", "c", "d"))] == list(read_rules("a;b;c;d\n", "f", fields=4))
