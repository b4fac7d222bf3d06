"""Random chains, answers and policy texts for the named properties."""

from __future__ import annotations

from hypothesis import strategies as st

from pamkit.policy.chain import Link, Substack
from pamkit.semantics.trace import Path
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, Links, advance, begin
from pamkit.vocab.span import Span

SUCCESS, PERM_DENIED, AUTH_ERR, NEW_AUTHTOK_REQD, IGNORE = 0, 6, 7, 12, 25
STRANGER = 99

CODES = (SUCCESS, SUCCESS, AUTH_ERR, PERM_DENIED, NEW_AUTHTOK_REQD, IGNORE, 17, STRANGER, -1)
"""Answers worth trying: success often, two refusals, two odd ones, and no codes at all."""

_KNOWN = (SUCCESS, PERM_DENIED, AUTH_ERR, NEW_AUTHTOK_REQD, 17, IGNORE)
_PLAIN = (0, -1, -1, -2, -3, -4)
_ALL = (*_PLAIN, -5, 1, 2, 3)


def link(number: int, actions: dict[int, int], rest: int = -3) -> Link:
    """Return a link with these actions by code."""
    table = tuple(actions.get(code, rest) for code in range(32))
    return Link(number, f"m{number}.so", (), table, "", Span("f", number + 1))


def _grown(raw: bytes, actions: tuple[int, ...]) -> Links:
    """Read bytes as a chain: a level deeper, a level up, or a link with its six actions."""
    levels: list[list[Link | Substack]] = [[]]
    substacks: list[int] = []
    number = at = 0
    while at < len(raw):
        kind, at = raw[at] % 8, at + 1
        if kind == 7 and len(levels) < 5:
            levels.append([])
            substacks.append(number)
            number += 1
        elif kind == 6 and substacks:
            inside = tuple(levels.pop())
            levels[-1].append(Substack(substacks.pop(), "s", inside, Span("f", 1)))
        else:
            drawn = [actions[byte % len(actions)] for byte in raw[at : at + len(_KNOWN)]]
            at += len(_KNOWN)
            levels[-1].append(link(number, dict(zip(_KNOWN, drawn, strict=False))))
            number += 1
    while substacks:
        inside = tuple(levels.pop())
        levels[-1].append(Substack(substacks.pop(), "s", inside, Span("f", 1)))
    return tuple(levels[0])


def chains(actions: tuple[int, ...] = _ALL, *, min_size: int = 0) -> st.SearchStrategy[Links]:
    """Chains of some ten links, up to five levels deep, with these actions.

    They are read from bytes: Hypothesis draws those much faster than trees.
    """
    size = 1 + len(_KNOWN)
    return st.binary(min_size=min_size * size, max_size=10 * size).map(
        lambda raw: _grown(raw, actions)
    )


def plain_chains(*, min_size: int = 1) -> st.SearchStrategy[Links]:
    """Chains without jumps and resets."""
    return chains(_PLAIN, min_size=min_size)


def _drawn(choices: tuple[int, ...], count: int) -> st.SearchStrategy[list[int]]:
    """So many choices at a time; bytes are drawn much faster than as many elements."""
    drawn = st.binary(min_size=count, max_size=count)
    return drawn.map(lambda raw: [choices[byte % len(choices)] for byte in raw])


answers = _drawn(CODES, 64)
"""An answer for each number of a link."""


def walked(links: Links, said: list[int]) -> tuple[Verdict, Path]:
    """Return the verdict of a chain, and who was asked and said what."""
    at, path = begin(links), []
    while isinstance(at, Cursor):
        path.append((at.link.number, said[at.link.number]))
        at = advance(at, said[at.link.number])
    return at, tuple(path)


def succeeded(verdict: Verdict) -> bool:
    """Whether authenticate let somebody in, be it with a token that has to be changed."""
    positive = verdict.mood in (Mood.GRANTED, Mood.QUALIFIED)
    return positive and verdict.code in (SUCCESS, NEW_AUTHTOK_REQD)
