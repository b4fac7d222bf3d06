"""Every point that a run of a chain can reach, and a shortest way there.

Runs that stand at the same link with the same verdict, and know the same, go on alike: they are one
run.  That makes it exact and small, where counting runs would never end.
"""

from __future__ import annotations

from pamkit.policy.chain import Link
from pamkit.semantics.verdict import Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pamkit.semantics.walk import Links

MOST = 200_000
"""Points that are looked at before it is given up; real policies have a few hundred."""

Known = frozenset[tuple[str, str]]
"""What has been settled so far: names of facts, and their values."""

NOTHING: Known = frozenset()


class Outcome(Record):
    """What a link may do: the code it answers, and what is settled and marked by that."""

    code: int
    settles: tuple[tuple[str, str], ...] = ()
    marks: tuple[str, ...] = ()


class Choice(Record):
    """One step of a witness: a link, and the outcome that was taken there."""

    link: Link
    outcome: Outcome


class End(Record):
    """How a run can end: the verdict, what is settled by then, and what was marked."""

    verdict: Verdict
    known: Known
    marks: frozenset[str]


class TooMany(Exception):
    """There are more points than anybody would wait for."""


class Exploration(Record, eq=False):
    """What was found: every end, with the point and the choice that led there first."""

    came_from: dict[_Point | End, tuple[_Point, Choice] | None]
    ends: tuple[End, ...]

    def witness(self, end: End) -> tuple[Choice, ...]:
        """Return a shortest run that ends so, as the choices made on the way."""
        choices = []
        step = self.came_from[end]
        while step is not None:
            point, choice = step
            choices.append(choice)
            step = self.came_from[point]
        return tuple(reversed(choices))


class _Point(Record):
    """Where a run can stand; ``entries`` are the verdicts its substacks were entered with."""

    number: int
    entries: tuple[Verdict, ...]
    verdict: Verdict
    known: Known
    marks: frozenset[str]


def explore(
    links: Links,
    outcomes: Callable[[Link, Known], Iterable[Outcome]],
    *,
    known: Known = NOTHING,
    marks: frozenset[str] = frozenset(),
    keep: Callable[[Link | None, str], bool] = lambda _, __: True,
) -> Exploration:
    """Return every end that a run can come to, from what is known and marked at the start.

    ``outcomes`` gives what a link may do, given what is known; ``keep`` says whether a fact still
    matters at a link (`None`: behind the end), so that runs that differ in nothing else become one.
    Raises `TooMany`.
    """
    came: dict[_Point | End, tuple[_Point, Choice] | None] = {}
    ends: list[End] = []
    todo: list[tuple[Cursor, _Point]] = []

    def enter(
        there: Cursor | Verdict,
        known: Known,
        marks: frozenset[str],
        step: tuple[_Point, Choice] | None,
    ) -> None:
        link = None if isinstance(there, Verdict) else there.link
        kept = frozenset(fact for fact in known if keep(link, fact[0]))
        if isinstance(there, Verdict):
            end = End(there, kept, marks)
            if end not in came:
                came[end] = step
                ends.append(end)
            return
        entries = tuple(frame.entry for frame in there.frames)
        point = _Point(there.link.number, entries, there.verdict, kept, marks)
        if point not in came:
            if len(came) >= MOST:
                raise TooMany
            came[point] = step
            todo.append((there, point))

    enter(begin(links), known, marks, None)
    # First in, first out: the first way to a point is a shortest one.
    for cursor, point in todo:
        for outcome in outcomes(cursor.link, point.known):
            enter(
                advance(cursor, outcome.code),
                point.known.union(outcome.settles),
                point.marks.union(outcome.marks),
                (point, Choice(cursor.link, outcome)),
            )
    return Exploration(came, tuple(ends))
