"""The line behind which nothing changes any more; against every run, one by one."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.analysis import explore
from pamkit.analysis.deciding import turning_point
from pamkit.analysis.explore import TooMany
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import ReturnCode
from tests.analysis.random_chains import CODES, answered, links_of, random_links

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pamkit.policy.chain import Link
    from pamkit.semantics.walk import Links

_C = ReturnCode


def _any(_: Link) -> tuple[ReturnCode, ...]:
    return CODES


def _ends(at: Cursor | Verdict) -> set[bool]:
    if isinstance(at, Verdict):
        return {at.mood is Mood.GRANTED}
    return set().union(*(_ends(advance(at, code)) for code in CODES))


def _by_brute_force(links: Links, answers: dict[int, int]) -> int | None:
    at = begin(links)
    found = None
    while isinstance(at, Cursor) and len(_ends(at)) == 2:
        found = at.link.number
        at = advance(at, answers[found])
    return found


@given(st.integers(0, 2**32))
def test_the_line_is_the_last_before_which_both_ends_were_open(seed: int) -> None:
    draw = random.Random(seed)
    links = random_links(draw)
    answers = answered(draw, links)
    found = turning_point(links, answers, _any)
    assert (None if found is None else found.number) == _by_brute_force(links, answers)


def _decided(
    *lines: str, answers: list[int], only: Mapping[str, tuple[int, ...]] | None = None
) -> str:
    def codes(link: Link) -> tuple[int, ...]:
        return (only or {}).get(link.module, CODES)

    links = links_of(*lines)
    found = turning_point(links, dict(enumerate(answers)), codes)
    return "" if found is None else found.module


@pytest.mark.parametrize(
    ("lines", "answers", "decides"),
    [
        # The first no of lines that are required.
        (("required a", "required b", "required c"), [_C.SUCCESS, _C.AUTH_ERR, _C.SUCCESS], "b"),
        # All say yes: the last could have said no.
        (("required a", "required b"), [_C.SUCCESS, _C.SUCCESS], "b"),
        (("requisite a", "required b"), [_C.AUTH_ERR], "a"),
        (("sufficient a", "required b"), [_C.SUCCESS], "a"),
        (("required a", "[default=ignore] b"), [_C.SUCCESS, _C.AUTH_ERR], "a"),
    ],
)
def test_the_line_that_decides(lines: tuple[str, ...], answers: list[int], decides: str) -> None:
    assert _decided(*lines, answers=answers) == decides


def test_a_line_that_cannot_do_otherwise_does_not_decide() -> None:
    lines = ("[success=1 default=ignore] a", "requisite deny", "required permit")
    only = {"deny": (_C.AUTH_ERR,), "permit": (_C.SUCCESS,)}
    assert _decided(*lines, answers=[_C.AUTH_ERR, _C.AUTH_ERR], only=only) == "a"
    assert _decided(*lines[1:], answers=[_C.AUTH_ERR], only=only) == ""


def test_what_a_line_answered_it_can_answer_whatever_is_known_of_it() -> None:
    only = {"a": (_C.SUCCESS,), "b": (_C.SUCCESS,)}
    answers: list[int] = [_C.SUCCESS, _C.AUTH_ERR]
    assert _decided("required a", "required b", answers=answers, only=only) == "b"


def test_answers_that_lead_to_no_end_are_an_error() -> None:
    with pytest.raises(ValueError, match="before the chain does"):
        turning_point(links_of("required a", "required b"), {0: _C.SUCCESS}, _any)


def test_more_points_than_can_be_looked_at_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "MOST", 1)
    with pytest.raises(TooMany):
        _decided(*["optional a"] * 3, answers=[_C.IGNORE] * 3)
