"""Whose turn it is: sources, limits, and one of each source after the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.turns import Turns, source_of

SOURCES = {
    "user alice": (None, "alice"),
    "user ": (None, None),
    "user root": ("", "root"),
    "host 192.0.2.7": ("192.0.2.7", "alice"),
    "host mail.example.org": ("Mail.Example.ORG", None),
    "host 1.2.3": ("1.2.3", None),
    "network 20010db800000001/64": ("2001:db8:0:1::7", "bob"),
    "network fe80000000000000/64": ("fe80::1%eth0", None),
}


@pytest.mark.parametrize(("expected", "known"), SOURCES.items())
def test_a_source_is_a_host_or_else_a_user(
    expected: str, known: tuple[str | None, str | None]
) -> None:
    assert source_of(*known) == expected


def test_one_network_and_one_host_have_one_name() -> None:
    assert source_of("2001:db8:0:1:ffff::1", "x") == source_of("2001:DB8:0:1::7", "y")
    assert source_of("2001:db8:0:2::7", None) != source_of("2001:db8:0:1::7", None)
    assert source_of("::ffff:192.0.2.7", None) == source_of("192.0.2.7", None)


def taken(turns: Turns[str]) -> list[str]:
    """Take all that may be taken."""
    found = []
    while (one := turns.take()) is not None:
        found.append(one[1])
    return found


def test_one_of_each_source_comes_after_the_other() -> None:
    turns: Turns[str] = Turns(in_all=9)
    for one in ("a1", "a2", "a3", "b1", "c1", "b2"):
        turns.join(one[0], one)
    assert taken(turns) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_a_source_with_a_thousand_in_line_keeps_another_waiting_for_one_turn() -> None:
    turns: Turns[str] = Turns(in_all=2, of_one=2)
    for number in range(1000):
        turns.join("bad", f"bad {number}")
    assert taken(turns) == ["bad 0", "bad 1"]
    turns.join("good", "good")
    turns.give_back("bad")
    turns.give_back("bad")
    assert "good" in taken(turns)


def test_limits_hold_for_one_source_and_for_all() -> None:
    turns: Turns[str] = Turns(in_all=3, of_one=2)
    for one in ("a1", "a2", "a3", "b1", "b2"):
        turns.join(one[0], one)
    assert taken(turns) == ["a1", "b1", "a2"]
    assert (turns.under_way(), turns.under_way("a"), turns.under_way("c")) == (3, 2, 0)
    turns.give_back("b")
    assert taken(turns) == ["b2"], "a has two already"
    turns.give_back("a")
    assert taken(turns) == ["a3"]
    assert turns.waiting() == turns.waiting("a") == 0


def test_who_withdraws_is_not_taken_and_leaves_no_trace() -> None:
    turns: Turns[str] = Turns(in_all=1)
    for one in ("a1", "a2", "b1"):
        turns.join(one[0], one)
    assert [turns.withdraw(*one) for one in (("a", "a1"), ("b", "b1"), ("b", "b1"))] == [
        True,
        True,
        False,
    ]
    assert taken(turns) == ["a2"]
    assert not turns.withdraw("a", "a2"), "it is under way"


def test_nobody_gives_back_what_was_not_taken() -> None:
    turns: Turns[str] = Turns(in_all=1)
    turns.join("a", "a1")
    with pytest.raises(ValueError, match="nobody of this source"):
        turns.give_back("a")
    assert taken(turns) == ["a1"]


@pytest.mark.parametrize("limits", [{"in_all": 0}, {"in_all": 3, "of_one": 0}])
def test_a_limit_lets_somebody_in(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Turns(**limits)


STEPS = st.lists(
    st.tuples(st.sampled_from(["join", "take", "give back", "withdraw"]), st.integers(0, 7))
)


@given(steps=STEPS, of_one=st.integers(1, 3), in_all=st.integers(1, 4))
def test_who_joins_is_taken_or_withdrawn_once(
    steps: list[tuple[str, int]], of_one: int, in_all: int
) -> None:
    turns: Turns[int] = Turns(in_all=in_all, of_one=of_one)
    lines: dict[str, list[int]] = {}
    under_way: list[str] = []
    for number, (what, which) in enumerate(steps):
        source = "abc"[which % 3]
        line = lines.setdefault(source, [])
        if what == "join":
            turns.join(source, number)
            line.append(number)
        elif what == "withdraw" and line:
            one = line.pop(which % len(line))
            assert turns.withdraw(source, one)
            assert not turns.withdraw(source, one)
        elif what == "give back" and under_way:
            turns.give_back(under_way.pop(which % len(under_way)))
        elif what == "take":
            got = turns.take()
            may = [s for s in lines if lines[s] and under_way.count(s) < of_one]
            assert (got is not None) == bool(may and len(under_way) < in_all)
            if got is not None:
                assert got[0] in may
                assert lines[got[0]].pop(0) == got[1], "a line is in order"
                under_way.append(got[0])
        assert turns.waiting() == sum(map(len, lines.values()))
        assert all(turns.waiting(s) == len(lines[s]) for s in lines)
        assert all(turns.under_way(s) == under_way.count(s) <= of_one for s in lines)
        assert turns.under_way() == len(under_way) <= in_all


@given(arrivals=st.lists(st.sampled_from("abcd"), min_size=1), mine=st.integers(0, 50))
def test_nobody_waits_for_more_than_one_turn_of_each_other_source(
    arrivals: list[str], mine: int
) -> None:
    turns: Turns[int] = Turns(in_all=1)
    for number, source in enumerate(arrivals):
        turns.join(source, number)
    for _ in range(mine % len(arrivals)):
        turns.give_back((turns.take() or ("", 0))[0])
    others = {source for source in "abcd" if turns.waiting(source)}
    turns.join("me", -1)
    before = 0
    while (turns.take() or ("", 0))[1] != -1:
        before += 1
        for source in "abcd":
            if turns.under_way(source):
                turns.give_back(source)
    assert before <= len(others)
