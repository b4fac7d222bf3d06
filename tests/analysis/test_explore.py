"""Every end that a run can come to, and a shortest way there."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.analysis import explore as module
from pamkit.analysis.explore import End, Known, Outcome, TooMany, explore
from pamkit.policy.chain import Link
from pamkit.policy.compile import compile_policy
from pamkit.policy.resolve import resolve
from pamkit.policy.source import MemorySource
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, Links, advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Facility

CODES = (ReturnCode.SUCCESS, ReturnCode.AUTH_ERR, ReturnCode.IGNORE, ReturnCode.NEW_AUTHTOK_REQD)
_CONTROLS = (
    *("required", "requisite", "sufficient", "optional"),
    *("[success=1 default=ignore]", "[success=ok ignore=2 default=die]", "[default=reset]"),
)


def _links(*lines: str, **more: str) -> Links:
    files = {"/etc/pam.d/test": "".join(f"auth {line}\n" for line in lines), **more}
    return compile_policy(resolve("test", MemorySource(files)))[Facility.AUTH].links


def _any(_: Link, __: Known) -> list[Outcome]:
    return [Outcome(code) for code in CODES]


def _all_verdicts(at: Cursor | Verdict) -> set[Verdict]:
    if isinstance(at, Verdict):
        return {at}
    return set().union(*(_all_verdicts(advance(at, code)) for code in CODES))


@given(st.integers(0, 2**32))
def test_the_ends_are_those_of_all_runs_one_by_one(seed: int) -> None:
    draw = random.Random(seed)
    inside = "".join(f"auth {draw.choice(_CONTROLS)} pam_in.so\n" for _ in range(2))
    lines = [f"{draw.choice(_CONTROLS)} pam_x.so" for _ in range(draw.randrange(4))]
    lines.insert(draw.randrange(len(lines) + 1), draw.choice(("substack in", "required pam_y.so")))
    links = _links(*lines, **{"/etc/pam.d/in": inside})
    found = {end.verdict for end in explore(links, _any).ends}
    assert found == _all_verdicts(begin(links))


@given(st.integers(0, 2**32))
def test_a_witness_leads_where_it_says(seed: int) -> None:
    draw = random.Random(seed)
    links = _links(*(f"{draw.choice(_CONTROLS)} pam_x.so" for _ in range(draw.randrange(1, 6))))
    seen = explore(links, _any)
    for end in seen.ends:
        at = begin(links)
        for choice in seen.witness(end):
            assert isinstance(at, Cursor)
            assert at.link is choice.link
            at = advance(at, choice.outcome.code)
        assert at == end.verdict


def test_the_witness_is_a_shortest_run() -> None:
    links = _links("optional pam_a.so", "requisite pam_b.so", "required pam_c.so")
    seen = explore(links, _any)
    denied = next(end for end in seen.ends if end.verdict.code == ReturnCode.AUTH_ERR)
    assert [choice.link.module for choice in seen.witness(denied)] == ["pam_a.so", "pam_b.so"]


def test_an_empty_chain_ends_at_once_with_no() -> None:
    seen = explore((), _any)
    assert [(end.verdict.mood, seen.witness(end)) for end in seen.ends] == [(Mood.UNDECIDED, ())]


def _settling(_: Link, known: Known) -> list[Outcome]:
    settled = dict(known)
    return [
        Outcome(code, (("day", day),), (f"saw {day}",))
        for code, day in ((ReturnCode.SUCCESS, "good"), (ReturnCode.AUTH_ERR, "bad"))
        if settled.get("day", day) == day
    ]


def test_what_one_line_settles_the_next_knows() -> None:
    seen = explore(_links("optional pam_a.so", "required pam_b.so"), _settling)
    assert {(end.verdict.code, end.marks) for end in seen.ends} == {
        (ReturnCode.SUCCESS, frozenset({"saw good"})),
        (ReturnCode.AUTH_ERR, frozenset({"saw bad"})),
    }


def test_what_is_known_at_the_start_binds_from_the_start() -> None:
    known = frozenset({("day", "bad")})
    seen = explore(_links("required pam_a.so"), _settling, known=known)
    assert [end.verdict.code for end in seen.ends] == [ReturnCode.AUTH_ERR]


def test_what_matters_no_more_is_forgotten_so_that_runs_become_one() -> None:
    links = _links("optional pam_a.so", "optional pam_b.so")
    seen = explore(links, _settling, keep=lambda link, _: link is not None)
    assert all(end.known == frozenset() for end in seen.ends)


@pytest.mark.parametrize("limit", ["MOST", "MOST_STEPS"])
def test_more_points_than_can_be_looked_at_are_an_error(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, limit, 2)
    with pytest.raises(TooMany):
        explore(_links(*["required pam_a.so"] * 4), _any)


def test_twenty_lines_are_a_few_points() -> None:
    seen = explore(_links(*["required pam_a.so"] * 20), _any)
    assert len(seen.came_from) < 200
    assert all(isinstance(end, End) for end in seen.ends)
