"""Where two folds part is where they part: on random lines, against walks through whole chains."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.analysis import parting
from pamkit.analysis.parting import (
    ALL_DONE,
    MOST_LINES,
    At,
    TooLong,
    Way,
    differs,
    nobody_said,
    partings,
    silence_matters,
)
from pamkit.policy.chain import Link
from pamkit.policy.control import KEYWORDS, Action
from pamkit.policy.dialect import DIALECT_NAMES, dialect_named, rules_of
from pamkit.semantics.fold import fold_of
from pamkit.semantics.replay import Replay, advance_replay, begin_replay
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.facility import REPLAYS, Primitive
from pamkit.vocab.span import Span

CODES = (
    int(ReturnCode.SUCCESS),
    int(ReturnCode.AUTH_ERR),
    int(ReturnCode.IGNORE),
    int(ReturnCode.NEW_AUTHTOK_REQD),
    int(ReturnCode.TRY_AGAIN),
)
FEW = CODES[:3]
CALLS = (
    (Primitive.AUTHENTICATE, None),
    (Primitive.SETCRED, None),
    (Primitive.ACCT_MGMT, None),
    (Primitive.OPEN_SESSION, None),
    (Primitive.CLOSE_SESSION, None),
    (Primitive.CHAUTHTOK, False),
    (Primitive.CHAUTHTOK, True),
)

Call = tuple[Primitive, bool | None]


def _words(name: str) -> dict[str, tuple[int, ...]]:
    return dict(dialect_named(name).keywords) or KEYWORDS


def _way(
    name: str, words: tuple[str, ...], call: Call, other: str, *, with_codes: bool = False
) -> Way:
    dialect = dialect_named(name)
    rules = rules_of(dialect, frozenset())
    earlier = REPLAYS.get(call[0])
    beside = earlier is not None and (dialect.replays or dialect_named(other).replays)
    return Way(
        tuple(_words(name)[each] for each in words),
        fold_of(rules, call[0], update=call[1]),
        fold_of(rules, earlier) if beside and earlier is not None else None,
        replays=dialect.replays and earlier is not None,
        done_is_all=dialect.done_check_is_all and call[1] is False,
        with_codes=with_codes,
    )


def _links(name: str, words: tuple[str, ...]) -> tuple[Link, ...]:
    return tuple(
        Link(number, "m", (), _words(name)[each], each, Span("p", 1))
        for number, each in enumerate(words)
    )


def _walked(
    name: str,
    words: tuple[str, ...],
    call: Call,
    answers: tuple[tuple[int, ...], ...],
    *,
    with_codes: bool,
) -> tuple[str, frozenset[int]] | None:
    """Return what a call comes to and whom it asks; `None` if what goes before was no yes."""
    dialect = dialect_named(name)
    rules, links = rules_of(dialect, frozenset()), _links(name, words)
    earlier = REPLAYS.get(call[0])
    path: list[tuple[int, int]] = []
    if earlier is not None and len(answers[0]) > 1:
        at = begin(links, fold_of(rules, earlier))
        while isinstance(at, Cursor):
            path.append((at.link.number, answers[at.link.number][0]))
            at = advance(at, path[-1][1])
        if at.mood is not Mood.GRANTED:
            return None
    asked = []
    last = int(Action.IGNORE)
    now: Cursor | Replay | Verdict
    if earlier is not None and dialect.replays:
        now = begin_replay(links, tuple(path))
    else:
        now = begin(links, fold_of(rules, call[0], update=call[1]))
    while not isinstance(now, Verdict):
        number = now.link.number
        asked.append(number)
        answer = answers[number][-1]
        last = now.link.actions[answer]
        now = advance_replay(now, answer) if isinstance(now, Replay) else advance(now, answer)
    told = WORDS[now.code] if with_codes else "no"
    if now.mood is Mood.GRANTED:
        told = "yes"
        if dialect.done_check_is_all and call[1] is False and last == Action.DONE:
            told = ALL_DONE
    elif now.code == ReturnCode.NEW_AUTHTOK_REQD:
        told = "must change"
    return told, frozenset(asked)


def _are_apart(
    old: tuple[str, frozenset[int]] | None, new: tuple[str, frozenset[int]] | None
) -> bool:
    if old is None or new is None:
        return False
    return old[0] != new[0] or (old[1] != new[1] and old[0] in _GOOD)


_GOOD = ("yes", "must change", ALL_DONE)


def are_apart(old: str, new: str, words: tuple[str, ...], call: Call, *, with_codes: bool) -> bool:
    """Whether there are answers to a call on which two families part, by walking them all."""
    codes = (*CODES, int(ReturnCode.PERM_DENIED))
    one: tuple[tuple[int, ...], ...] = tuple((code,) for code in codes)
    if _way(old, words, call, new).earlier is not None:
        one = tuple(product(CODES, CODES))
    return any(
        _are_apart(
            _walked(old, words, call, day, with_codes=with_codes),
            _walked(new, words, call, day, with_codes=with_codes),
        )
        for day in product(one, repeat=len(words))
        if words
    )


@st.composite
def _cases(draw: st.DrawFn) -> tuple[str, str, tuple[str, ...], Call]:
    old, new = draw(st.tuples(*(st.sampled_from(DIALECT_NAMES),) * 2))
    known = sorted(set(_words(old)) & set(_words(new)))
    words = tuple(draw(st.lists(st.sampled_from(known), min_size=1, max_size=3)))
    call = draw(st.sampled_from(CALLS))
    return old, new, words, call


@given(_cases(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_lines_part_where_the_folds_do(
    case: tuple[str, str, tuple[str, ...], Call], with_codes: bool
) -> None:
    old, new, words, call = case
    ways = (
        _way(old, words, call, new, with_codes=with_codes),
        _way(new, words, call, old, with_codes=with_codes),
    )
    codes = (*CODES, int(ReturnCode.PERM_DENIED))
    one: tuple[tuple[int, ...], ...] = tuple((code,) for code in codes)
    if ways[0].earlier is not None:
        few = FEW if len(words) > 2 else CODES
        one = tuple(product(few, few))
    days = list(product(one, repeat=len(words)))
    apart = [
        day
        for day in days
        if _are_apart(
            _walked(old, words, call, day, with_codes=with_codes),
            _walked(new, words, call, day, with_codes=with_codes),
        )
    ]
    answers = (one,) * len(words)
    found = partings(*ways, answers)
    silent = silence_matters(*ways, answers)
    # Nobody hears of lines that mean the same, and nobody misses one that does not.
    assert bool(apart) == differs(*ways, answers)
    assert bool(apart) <= (bool(found) or silent)
    named = {(each.line, each.answer) for each in found}
    if not silent:
        assert bool(apart) == bool(found)
        assert [day for day in apart if named.isdisjoint(enumerate(day))] == []
        said = {(line, answer) for day in apart for line, answer in enumerate(day)}
        assert named <= said


def test_the_same_lines_in_the_same_family_never_part() -> None:
    for name, call in product(DIALECT_NAMES, CALLS):
        words = tuple(sorted(_words(name)))[:2]
        ways = _way(name, words, call, name), _way(name, words, call, name)
        one = tuple(product(FEW, FEW)) if ways[0].earlier else tuple((code,) for code in CODES)
        assert (partings(*ways, (one,) * 2), silence_matters(*ways, (one,) * 2)) == ([], False)


def test_what_follows_from_an_earlier_line_is_not_said_again() -> None:
    words = ("optional", "required")
    call: Call = (Primitive.ACCT_MGMT, None)
    ways = _way("linux", words, call, "solaris"), _way("solaris", words, call, "linux")
    answers = (((int(ReturnCode.TRY_AGAIN),),), ((0,), (int(ReturnCode.AUTH_ERR),)))
    assert [each.line for each in partings(*ways, answers)] == [0]


def test_a_line_before_the_one_that_parts_is_not_named() -> None:
    words = ("required", "optional")
    call: Call = (Primitive.ACCT_MGMT, None)
    ways = _way("linux", words, call, "solaris"), _way("solaris", words, call, "linux")
    answers = (((0,),), ((int(ReturnCode.TRY_AGAIN),),))
    assert [each.line for each in partings(*ways, answers)] == [1]


def test_cde_changes_nothing_where_a_check_ended_early() -> None:
    call: Call = (Primitive.CHAUTHTOK, False)
    ways = [_way(name, ("sufficient",), call, "cde") for name in ("linux", "cde")]
    found = partings(ways[0], ways[1], (((0,),),))
    assert [(each.line, each.answer) for each in found] == [(0, (0,))]


def test_silence_is_a_yes_to_macos_alone() -> None:
    call: Call = (Primitive.ACCT_MGMT, None)
    ways = [_way(name, ("optional",), call, "linux") for name in ("linux", "macos", "solaris")]
    assert nobody_said(ways[0], ways[1]) == ("no", "yes")
    assert silence_matters(ways[0], ways[1], (((0,), (25,)),))
    assert not silence_matters(ways[0], ways[1], (((0,),),))
    assert not silence_matters(ways[0], ways[2], (((0,), (25,)),))


def test_in_setcred_of_linux_silence_is_the_yes_of_authenticate() -> None:
    call: Call = (Primitive.SETCRED, None)
    ways = [_way(name, ("required",), call, "linux") for name in ("linux", "openpam")]
    assert nobody_said(ways[0], ways[1]) == ("yes", "no")


def test_what_cannot_be_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("required",) * 3
    call: Call = (Primitive.ACCT_MGMT, None)
    ways = _way("linux", words, call, "solaris"), _way("solaris", words, call, "linux")
    one = tuple((code,) for code in CODES)
    monkeypatch.setattr(parting, "MOST", 10)
    with pytest.raises(TooLong):
        partings(*ways, (one,) * 3)
    with pytest.raises(TooLong):
        partings(*ways, (one,) * (MOST_LINES + 1))


def test_what_is_told_of_a_line_does_not_hang_on_the_order_of_sets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def salted(salt: int) -> type[At]:
        class Salted(At):
            def __hash__(self) -> int:
                return hash((salt, self.verdict, self.noted, self.live, self.earlier))

        return Salted

    words = ("sufficient", "sufficient", "requisite")
    call: Call = (Primitive.ACCT_MGMT, None)
    told = set()
    for salt in range(6):
        monkeypatch.setattr(parting, "At", salted(salt))
        ways = _way("openpam", words, call, "solaris"), _way("solaris", words, call, "openpam")
        found = partings(*ways, (tuple((code,) for code in CODES),) * 3)
        told.add(
            tuple(
                (each.line, each.answer, *(at.verdict for at in (*each.before, *each.after)))
                for each in found
            )
        )
    assert len(told) == 1
