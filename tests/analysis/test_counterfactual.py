"""The least that would have ended a run otherwise; against every set of answers there is."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.analysis import explore
from pamkit.analysis.counterfactual import otherwise
from pamkit.analysis.explore import Known, Outcome, TooMany
from pamkit.policy.chain import Link
from pamkit.semantics.verdict import Mood
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import ReturnCode
from tests.analysis.random_chains import CODES, answered, links_of, random_links

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pamkit.policy.chain import Substack
    from pamkit.semantics.walk import Links

_C = ReturnCode


def _any(_: Link, __: Known) -> list[Outcome]:
    return [Outcome(code) for code in CODES]


def _walked(links: Links, answers: Mapping[int, int]) -> tuple[bool, list[int]]:
    at, asked = begin(links), []
    while isinstance(at, Cursor):
        asked.append(at.link.number)
        at = advance(at, answers[at.link.number])
    return at.mood is Mood.GRANTED, asked


def _numbers(links: tuple[Link | Substack, ...]) -> list[int]:
    found = []
    for link in links:
        found += [link.number] if isinstance(link, Link) else _numbers(link.links)
    return found


def _nearest(links: Links, answers: dict[int, int]) -> tuple[int, ...] | None:
    """Return which lines have to be changed, by every combination of answers."""
    granted, _ = _walked(links, answers)
    numbers = _numbers(links)
    best: tuple[int, tuple[int, ...]] | None = None
    for codes in itertools.product(CODES, repeat=len(numbers)):
        there = dict(zip(numbers, codes, strict=True))
        ends, asked = _walked(links, there)
        if ends is granted:
            continue
        changed = [n for n in asked if n in answers and answers[n] != there[n]]
        rank = (len(changed), tuple(-n for n in changed))
        best = rank if best is None else min(best, rank)
    return None if best is None else tuple(-n for n in best[1])


@given(st.integers(0, 2**32))
def test_no_fewer_and_no_later_changes_end_a_run_otherwise(seed: int) -> None:
    draw = random.Random(seed)
    links = random_links(draw)
    answers = answered(draw, links)
    found = otherwise(links, answers, _any)
    changed = None if found is None else tuple(c.link.number for c in found.different)
    assert changed == _nearest(links, answers)


@given(st.integers(0, 2**32))
def test_the_run_that_is_found_ends_otherwise(seed: int) -> None:
    draw = random.Random(seed)
    links = random_links(draw)
    answers = answered(draw, links)
    found = otherwise(links, answers, _any)
    if found is None:
        return
    there = {choice.link.number: choice.outcome.code for choice in found.run}
    granted, asked = _walked(links, there)
    assert granted is not _walked(links, answers)[0]
    assert asked == [choice.link.number for choice in found.run]
    assert [c for c in found.run if c.link.number not in answers] == list(found.supposed)


def _told(*lines: str, answers: list[int]) -> tuple[list[tuple[str, int]], str]:
    found = otherwise(links_of(*lines), dict(enumerate(answers)), _any)
    assert found is not None
    by = "" if found.by is None else found.by.module
    return [(each.link.module, each.outcome.code) for each in found.different], by


def test_of_two_changes_the_later_is_named() -> None:
    changed, by = _told("sufficient a", "sufficient b", answers=[_C.AUTH_ERR, _C.AUTH_ERR])
    assert (changed, by) == ([("b", _C.SUCCESS)], "b")


def test_one_change_is_nearer_than_two_that_come_later() -> None:
    lines = ("sufficient a", "required b", "required c")
    assert _told(*lines, answers=[_C.AUTH_ERR] * 3) == ([("a", _C.SUCCESS)], "a")


def test_another_line_can_grant_than_the_one_that_answers_otherwise() -> None:
    lines = ("[success=1 default=ignore] a", "requisite b", "required c")
    changed, by = _told(*lines, answers=[_C.AUTH_ERR, _C.AUTH_ERR])
    # `b` could say yes as well, and is later: without more knowledge that is the nearest.
    assert (changed, by) == ([("b", _C.SUCCESS)], "")
    only = {"b": [_C.AUTH_ERR], "c": [_C.SUCCESS]}
    found = otherwise(
        links_of(*lines),
        {0: _C.AUTH_ERR, 1: _C.AUTH_ERR},
        lambda link, _: [Outcome(code) for code in only.get(link.module, CODES)],
    )
    assert found is not None
    assert found.by is not None
    assert ([each.link.module for each in found.different], found.by.module) == (["a"], "c")


def test_the_code_can_come_from_a_line_before_what_was_changed() -> None:
    assert _told("required a", "required b", answers=[_C.SUCCESS, _C.AUTH_ERR]) == (
        [("b", _C.SUCCESS)],
        "",
    )


def test_a_run_that_cannot_end_otherwise_has_no_other() -> None:
    assert otherwise(links_of("[default=bad] a"), {0: _C.AUTH_ERR}, _any) is None


def _same_day(_: Link, known: Known) -> list[Outcome]:
    settled = dict(known)
    return [
        Outcome(code, (("day", day),))
        for code, day in ((_C.SUCCESS, "good"), (_C.AUTH_ERR, "bad"))
        if settled.get("day", day) == day
    ]


def test_lines_that_hang_together_change_together() -> None:
    links = links_of("required a", "required b")
    found = otherwise(links, {0: _C.AUTH_ERR, 1: _C.AUTH_ERR}, _same_day)
    assert found is not None
    assert [each.link.module for each in found.different] == ["a", "b"]
    # What the first line settles counts, though it changes nothing by itself.
    mute = links_of("[default=ignore] a", "required b")
    found = otherwise(mute, {0: _C.AUTH_ERR, 1: _C.AUTH_ERR}, _same_day)
    assert found is not None
    assert [each.link.module for each in found.different] == ["a", "b"]
    # One alone cannot answer otherwise, and both together are refused or granted.
    split = links_of("[success=bad default=ok] a", "required b")
    assert otherwise(split, {0: _C.AUTH_ERR, 1: _C.AUTH_ERR}, _same_day) is None


def test_an_answer_that_nothing_is_known_of_is_kept() -> None:
    links = links_of("[success=ok auth_err=bad default=ignore] a", "required b")
    found = otherwise(links, {0: _C.TRY_AGAIN, 1: _C.AUTH_ERR}, _same_day)
    assert found is not None
    # `a` stays as it was, and settles nothing.
    assert [each.outcome.code for each in found.run] == [_C.TRY_AGAIN, _C.SUCCESS]
    # No number of a code: libpam takes it for a no.
    odd = otherwise(links_of("required a"), {0: 99}, _same_day)
    assert odd is not None
    assert [each.outcome.code for each in odd.different] == [_C.SUCCESS]


def _one_of_many(_: Link, __: Known) -> list[Outcome]:
    return [Outcome(_C.SUCCESS), Outcome(_C.AUTH_ERR)]


def test_a_code_that_stands_for_others_is_no_change() -> None:
    # To `required` every error is one; the answer stays the one that was given.
    links = links_of("required a", "required b")
    found = otherwise(links, {0: _C.SUCCESS, 1: _C.PERM_DENIED}, _one_of_many)
    assert found is not None
    assert [each.link.module for each in found.different] == ["b"]
    kept = otherwise(links_of("optional a", "required b"), {0: _C.PERM_DENIED, 1: 7}, _one_of_many)
    assert kept is not None
    assert kept.run[0].outcome.code == _C.PERM_DENIED


def test_answers_that_lead_to_no_end_are_an_error() -> None:
    with pytest.raises(ValueError, match="before the chain does"):
        otherwise(links_of("required a", "required b"), {0: _C.SUCCESS}, _any)


def test_more_points_than_can_be_looked_at_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "MOST", 2)
    with pytest.raises(TooMany):
        otherwise(links_of(*["[default=bad] a"] * 4), dict.fromkeys(range(4), _C.AUTH_ERR), _any)
