"""Policies of two families compared, against every day one by one: also what follows a call."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.analysis.compare import compare
from pamkit.policy.chain import Chain, Link
from pamkit.policy.control import KEYWORDS
from pamkit.policy.dialect import DIALECT_NAMES, dialect_named, rules_of
from pamkit.semantics.fold import fold_of
from pamkit.semantics.replay import Replay, advance_replay, begin_replay
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, Links, advance, begin
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, Facility, Primitive
from pamkit.vocab.span import Span
from tests.analysis.policies import declarations

_C = ReturnCode
CODES = (_C.SUCCESS, _C.AUTH_ERR, _C.IGNORE, _C.NEW_AUTHTOK_REQD, _C.TRY_AGAIN)
FEW = (_C.SUCCESS, _C.AUTH_ERR, _C.IGNORE)

Day = tuple[tuple[int, int], ...]
"""What each line answers to both calls."""


def _chains(
    name: str, words: tuple[str, ...], facility: Facility, module: str = "pam_{}.so"
) -> dict[Facility, Chain]:
    table = dict(dialect_named(name).keywords) or KEYWORDS
    rules = rules_of(dialect_named(name), frozenset())
    links = tuple(
        Link(at, module.format(at), (), table[word], word, Span("p", at + 1))
        for at, word in enumerate(words)
    )
    return {
        each: Chain(each, "test", links if each is facility else (), rules) for each in Facility
    }


def _walk(name: str, links: Links, primitive: Primitive, answers: list[int]) -> Verdict:
    at = begin(links, fold_of(name, primitive))
    while isinstance(at, Cursor):
        at = advance(at, answers[at.link.number])
    return at


def _ends(name: str, chain: Chain, primitive: Primitive, day: Day) -> tuple[bool, bool]:
    """Return whether both calls are granted: the one that goes before, and this one."""
    earlier = REPLAYS[primitive]
    first, second = [each[0] for each in day], [each[1] for each in day]
    before = _walk(name, chain.links, earlier, first)
    if not dialect_named(name).replays:
        after = _walk(name, chain.links, primitive, second)
        return before.mood is Mood.GRANTED, after.mood is Mood.GRANTED
    path = []
    at = begin(chain.links)
    while isinstance(at, Cursor):
        path.append((at.link.number, first[at.link.number]))
        at = advance(at, first[at.link.number])
    now: Replay | Verdict = begin_replay(chain.links, tuple(path))
    while isinstance(now, Replay):
        now = advance_replay(now, second[now.link.number])
    return before.mood is Mood.GRANTED, now.mood is Mood.GRANTED


@st.composite
def _cases(draw: st.DrawFn) -> tuple[str, str, tuple[str, ...], Primitive, bool]:
    names = draw(st.tuples(*(st.sampled_from(DIALECT_NAMES),) * 2))
    tables = [dict(dialect_named(name).keywords) or KEYWORDS for name in names]
    known = sorted(set(tables[0]) & set(tables[1]))
    words = tuple(draw(st.lists(st.sampled_from(known), min_size=1, max_size=3)))
    return *names, words, draw(st.sampled_from(sorted(REPLAYS))), draw(st.booleans())


@given(_cases())
@settings(max_examples=80, deadline=None)
def test_what_follows_is_compared_on_every_day_that_counts(
    case: tuple[str, str, tuple[str, ...], Primitive, bool],
) -> None:
    old, new, words, primitive, refused = case
    sides = [_chains(name, words, FACILITY_OF[primitive]) for name in (old, new)]
    codes = CODES if len(words) < 3 else FEW
    verdicts = set()
    for day in product(product(codes, codes), repeat=len(words)):
        chains = [side[FACILITY_OF[primitive]] for side in sides]
        ends = [
            _ends(name, chain, primitive, day)
            for name, chain in zip((old, new), chains, strict=True)
        ]
        if all(before is not refused for before, _ in ends):
            verdicts.add((ends[0][1], ends[1][1]))
    looser, stricter = (False, True) in verdicts, (True, False) in verdicts
    found = compare(sides[0], sides[1], primitive, declarations, refused=refused)
    if codes is CODES:
        assert found.verdict == _said(looser, stricter)
    else:
        assert (looser, stricter) <= (found.looser is not None, found.stricter is not None)


def _said(looser: bool, stricter: bool) -> str:
    return {
        (False, False): "same",
        (True, False): "looser",
        (False, True): "stricter",
        (True, True): "different",
    }[looser, stricter]


def _steps(sides: list[dict[Facility, Chain]]) -> list[tuple[str, str, int]]:
    found = compare(sides[0], sides[1], Primitive.SETCRED, declarations)
    assert found.stricter is not None
    return [(each.link.module, WORDS[each.outcome.code], each.stage) for each in found.stricter.new]


def test_a_run_shows_whom_each_call_asks() -> None:
    words = ("sufficient", "required")
    sides = [_chains(name, words, Facility.AUTH) for name in ("linux", "openpam")]
    assert _steps(sides) == [
        ("pam_0.so", "success", 0),
        ("pam_0.so", "success", 1),
        ("pam_1.so", "open_err", 1),
    ]


@pytest.mark.parametrize(("name", "is_looser"), [("openpam", True), ("linux", False)])
def test_behind_a_refusal_linux_refuses_and_others_judge_anew(name: str, is_looser: bool) -> None:
    sides = [_chains(each, ("required",), Facility.AUTH) for each in ("linux", name)]
    found = compare(sides[0], sides[1], Primitive.SETCRED, declarations, refused=True)
    assert (found.looser is not None) is is_looser


def test_cde_is_done_where_a_check_ended_with_sufficient() -> None:
    sides = [
        _chains(each, ("sufficient",), Facility.PASSWORD, "pam_unix.so") for each in ("aix", "cde")
    ]
    found = compare(sides[0], sides[1], Primitive.CHAUTHTOK, declarations)
    assert found.verdict == "looser"
    assert found.looser is not None
    assert [each.stage for each in found.looser.new] == [0]
