"""On which answers a proof rests: those that modules are known never to give, and no more of them.

What is not needed is given up, line by line and then code by code, as long as the proof holds.
"""

from __future__ import annotations

from pamkit.analysis.translate_runs import SPECIAL, groups
from pamkit.vocab.codes import CODE_COUNT
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pamkit.analysis.translate_answers import Answers
    from pamkit.vocab.facility import Primitive

    Tables = Callable[[int], tuple[tuple[int, ...], ...]]
    """The actions of an old line and of the new one, by its number."""


class Rest(Record):
    """A line whose module is taken never to answer some codes to a primitive."""

    number: int
    primitive: Primitive
    never: frozenset[int]


def basis_of(
    answers: Answers, holds: Callable[[Answers], bool], tables: Tables
) -> tuple[Rest, ...]:
    """Return on what a proof rests that holds for ``answers``; ``holds`` tries it for others."""
    kept = answers
    # What is only supposed of a module is given up before what is known of it.
    for number in sorted(answers.lines, key=lambda n: (not answers.lines[n].taken, n)):
        less = kept.without(frozenset({number}))
        if holds(less):
            kept = less
    found = []
    for number, known in sorted(kept.lines.items()):
        for primitive in sorted(known.may):
            for codes in _groups(tables(number)):
                more = kept.widened(number, primitive, codes)
                if holds(more):
                    kept = more
            never = frozenset(range(CODE_COUNT)) - kept.lines[number].may[primitive]
            if never:
                found.append(Rest(number, primitive, never))
    return tuple(found)


def _groups(tables: tuple[tuple[int, ...], ...]) -> Iterator[frozenset[int]]:
    """Yield the codes that lines treat alike."""
    for each in groups(tables):
        like = [table[each] for table in tables]
        yield frozenset(
            code
            for code in range(CODE_COUNT)
            if [table[code] for table in tables] == like
            and (code == each or (code not in SPECIAL and each not in SPECIAL))
        )
