"""Every point that a run of a chain can reach, and a shortest way there.

Runs that stand at the same link with the same verdict, and know the same, go on alike: they are one
run.  That makes it exact and small, where counting runs would never end.
"""

from __future__ import annotations

from pamkit.policy.chain import Link
from pamkit.semantics.table import LINUX_FOLD
from pamkit.semantics.verdict import Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pamkit.semantics.table import Fold
    from pamkit.semantics.walk import Links
    from pamkit.vocab.facility import Primitive

MOST = 20_000
"""Points that are looked at before it is given up; real policies have a few hundred."""

MOST_STEPS = 25_000
"""Steps that are tried before it is given up: less than a second."""

Known = frozenset[tuple[str, str]]
"""What has been settled so far: names of facts, and their values."""

NOTHING: Known = frozenset()


class Outcome(Record):
    """What a link may do: the code it answers, and what is settled and marked by that."""

    code: int
    settles: tuple[tuple[str, str], ...] = ()
    marks: tuple[str, ...] = ()


class Choice(Record):
    """One step of a witness: a link, and the outcome that was taken there.

    ``primitive`` is what it was asked for, ``walk`` which of walks side by side it belongs to where
    there is more than one, and ``update`` the pass of chauthtok (`analysis.lockstep`).
    """

    link: Link
    outcome: Outcome
    primitive: Primitive | None = None
    walk: int = 0
    update: bool | None = None


class End(Record):
    """How a run can end: the verdict, what is settled by then, and what was marked.

    ``others`` are the verdicts of walks beside it (`analysis.lockstep`).
    """

    verdict: Verdict
    known: Known
    marks: frozenset[str]
    others: tuple[Verdict, ...] = ()


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
    """Where a run can stand; ``entries`` are the verdicts its substacks were entered with.

    ``noted`` is as in `walk.Cursor`.
    """

    number: int
    entries: tuple[Verdict, ...]
    verdict: Verdict
    known: Known
    marks: frozenset[str]
    noted: int | None


def explore(
    links: Links,
    outcomes: Callable[[Link, Known], Iterable[Outcome]],
    *,
    known: Known = NOTHING,
    marks: frozenset[str] = frozenset(),
    keep: Callable[[Link | None, str], bool] = lambda _, __: True,
    fold: Fold = LINUX_FOLD,
) -> Exploration:
    """Return every end that a run can come to, from what is known and marked at the start.

    ``outcomes`` gives what a link may do, given what is known; ``keep`` says whether a fact still
    matters at a link (`None`: behind the end), so that runs that differ in nothing else become one.
    ``fold`` is that of the chain's family (`semantics.fold`).
    Raises `TooMany`.
    """
    came: dict[_Point | End, tuple[_Point, Choice] | None] = {}
    ends: list[End] = []
    todo: list[tuple[_Place, _Point]] = []
    met: set[tuple[_Place, Known, frozenset[str]]] = set()
    places: dict[tuple[int, tuple[Verdict, ...], Verdict, int | None], _Place] = {}
    # Many points differ in the verdict alone: what a link may do hangs on what is known.
    may: dict[tuple[Link, Known], tuple[tuple[Outcome, Choice], ...]] = {}
    left: dict[tuple[Link | None, Known], Known] = {}

    def place_of(there: Cursor | Verdict) -> _Place:
        if isinstance(there, Verdict):
            key: tuple[int, tuple[Verdict, ...], Verdict, int | None] = (-1, (), there, None)
        else:
            entries = tuple(frame.entry for frame in there.frames)
            key = (there.link.number, entries, there.verdict, there.noted)
        if key not in places:
            places[key] = _Place(there)
        return places[key]

    def enter(
        place: _Place,
        known: Known,
        marks: frozenset[str],
        step: tuple[_Point, Choice] | None,
    ) -> None:
        link = place.link
        kept = left.get((link, known))
        if kept is None:
            kept = frozenset(fact for fact in known if keep(link, fact[0]))
            left[link, known] = kept
        if (place, kept, marks) in met:
            return
        met.add((place, kept, marks))
        there = place.there
        if isinstance(there, Verdict):
            end = End(there, kept, marks, ())
            came[end] = step
            ends.append(end)
            return
        if len(came) >= MOST:
            raise TooMany
        entries = tuple(frame.entry for frame in there.frames)
        point = _Point(there.link.number, entries, there.verdict, kept, marks, there.noted)
        came[point] = step
        todo.append((place, point))

    enter(place_of(begin(links, fold)), known, marks, None)
    # First in, first out: the first way to a point is a shortest one.
    steps = 0
    for place, point in todo:
        cursor, link, known, marks = place.there, place.link, point.known, point.marks
        assert isinstance(cursor, Cursor)  # noqa: S101  # said for type checkers
        assert link is not None  # noqa: S101  # said for type checkers
        choices = may.get((link, known))
        if choices is None:
            choices = tuple((each, Choice(link, each, None, 0)) for each in outcomes(link, known))
            may[link, known] = choices
        steps += len(choices)
        if steps > MOST_STEPS:
            raise TooMany
        moves = place.moves
        for outcome, choice in choices:
            after = moves.get(outcome.code)
            if after is None:
                after = moves[outcome.code] = place_of(advance(cursor, outcome.code))
            enter(
                after,
                known.union(outcome.settles) if outcome.settles else known,
                marks.union(outcome.marks) if outcome.marks else marks,
                (point, choice),
            )
    return Exploration(came, tuple(ends))


def fitting(outcomes: tuple[Outcome, ...], known: Known) -> tuple[Outcome, ...]:
    """Return the outcomes that go with what is known: what they settle is not settled otherwise."""
    settled = dict(known)
    found = []
    for outcome in outcomes:
        for name, value in outcome.settles:
            if settled.get(name, value) != value:
                break
        else:
            found.append(outcome)
    return tuple(found)


class _Place:
    """Where runs stand that know what they like, or how they end; and where each code leads."""

    def __init__(self, there: Cursor | Verdict) -> None:
        self.there = there
        self.link = None if isinstance(there, Verdict) else there.link
        self.moves: dict[int, _Place] = {}
