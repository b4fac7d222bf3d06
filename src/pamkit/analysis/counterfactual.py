"""What would have had to be answered for a run to end otherwise: as little as can be.

Of all runs that end otherwise it is the one with the fewest changed answers; of those the one whose
changes come last; of those the one that has to suppose least of lines that were not asked.
"""

from __future__ import annotations

from heapq import heappop, heappush

from pamkit.analysis import explore
from pamkit.analysis.explore import NOTHING, Choice, Known, Outcome, TooMany
from pamkit.analysis.model import TOLD_APART
from pamkit.semantics.table import LINUX_FOLD
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import CODE_COUNT
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pamkit.policy.chain import Link
    from pamkit.semantics.table import Fold
    from pamkit.semantics.walk import Links

    Cost = tuple[int, tuple[int, ...], int]


class Otherwise(Record):
    """A run that ends otherwise: every step of it, and its verdict.

    ``different`` are the steps whose line was asked and answered something else, ``supposed`` those
    whose line was not asked.  ``by`` is the line that its verdict comes from, if that is one of
    these or a later one.
    """

    run: tuple[Choice, ...]
    verdict: Verdict
    by: Link | None
    different: tuple[Choice, ...]
    supposed: tuple[Choice, ...]


class _Way(Record):
    """A step, what it counts as, and the way to it."""

    choice: Choice
    moved: bool
    is_changed: bool
    is_supposed: bool
    before: _Way | None


def otherwise(
    links: Links,
    answers: Mapping[int, int],
    outcomes: Callable[[Link, Known], Iterable[Outcome]],
    *,
    keep: Callable[[Link | None, str], bool] = lambda _, __: True,
    fold: Fold = LINUX_FOLD,
) -> Otherwise | None:
    """Return the nearest run that is granted where this one was not, or the other way round.

    ``answers`` are those of the run by the numbers of its links.  ``outcomes`` gives what a link
    may do, given what is known, and ``keep`` what still matters, as for `explore`; an answer of the
    run that it does not know of is kept as it is.  ``fold`` is that of the chain's family
    (`semantics.fold`).  `None`: no run ends otherwise.  Raises `TooMany`, and `ValueError` if the
    answers do not lead to an end.
    """
    wanted = _verdict(links, answers, fold).mood is not Mood.GRANTED
    heap: list[tuple[Cost, int, Cursor | Verdict, Known, _Way | None]] = []
    heappush(heap, ((0, (), 0), 0, begin(links, fold), NOTHING, None))
    seen: set[object] = set()
    count = 0
    while heap:
        cost, _, at, known, way = heappop(heap)
        if isinstance(at, Verdict):
            if (at.mood is Mood.GRANTED) is wanted:
                return _found(at, way)
            continue
        entries = tuple(frame.entry for frame in at.frames)
        place = (at.link.number, entries, at.verdict, at.noted, known)
        if place in seen:
            continue
        seen.add(place)
        was_asked = at.link.number in answers
        for outcome, is_changed in _options(at.link, known, answers, outcomes):
            count += 1
            if count > explore.MOST:
                raise TooMany
            changes, where, supposed = cost
            if is_changed:
                # The later a line is the better, so its number counts against it.
                changes, where = changes + 1, (*where, -at.link.number)
            there = advance(at, outcome.code)
            after = there if isinstance(there, Verdict) else there.verdict
            moved = after != at.verdict
            link = None if isinstance(there, Verdict) else there.link
            settled = known.union(outcome.settles)
            after_it = frozenset(fact for fact in settled if keep(link, fact[0]))
            step = _Way(Choice(at.link, outcome), moved, is_changed, not was_asked, way)
            heappush(
                heap,
                (
                    (changes, where, supposed + (not was_asked)),
                    count,
                    there,
                    after_it,
                    step,
                ),
            )
    return None


def _verdict(links: Links, answers: Mapping[int, int], fold: Fold) -> Verdict:
    at = begin(links, fold)
    while isinstance(at, Cursor):
        if at.link.number not in answers:
            raise ValueError("the answers end before the chain does")
        at = advance(at, answers[at.link.number])
    return at


def _options(
    link: Link,
    known: Known,
    answers: Mapping[int, int],
    outcomes: Callable[[Link, Known], Iterable[Outcome]],
) -> Iterator[tuple[Outcome, bool]]:
    """Yield what a link may do, and whether that changes what it answered."""
    answer = answers.get(link.number)
    if answer is None:
        for outcome in outcomes(link, known):
            yield outcome, False
        return
    if not any(_is_alike(link, answer, each.code) for each in outcomes(link, NOTHING)):
        yield Outcome(answer), False
    for outcome in outcomes(link, known):
        if _is_alike(link, answer, outcome.code):
            yield outcome.changed(code=answer), False
        else:
            yield outcome, True


def _is_alike(link: Link, answer: int, code: int) -> bool:
    """Whether a code stands for an answer: those that a line does not tell apart are one."""
    if answer == code:
        return True
    if answer in TOLD_APART or code in TOLD_APART or not 0 <= answer < CODE_COUNT:
        return False
    return link.actions[answer] == link.actions[code]


def _found(verdict: Verdict, way: _Way | None) -> Otherwise:
    steps: list[_Way] = []
    while way is not None:
        steps.append(way)
        way = way.before
    steps.reverse()
    other = [at for at, step in enumerate(steps) if step.is_changed or step.is_supposed]
    moved = [at for at, step in enumerate(steps) if step.moved]
    last = moved[-1] if moved and moved[-1] >= other[0] else None
    # A yes behind which others are asked is the first of several: not it alone grants.
    if last in other and verdict.mood is Mood.GRANTED and last != len(steps) - 1:
        last = None
    by = None if last is None else steps[last].choice.link
    return Otherwise(
        tuple(step.choice for step in steps),
        verdict,
        by,
        tuple(step.choice for step in steps if step.is_changed),
        tuple(step.choice for step in steps if step.is_supposed),
    )
