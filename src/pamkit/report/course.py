"""The ways that runs take through a drawn chain, and with which verdicts.

How a run moves is not said here: `semantics.walk` moves it, and this follows on the drawing.
"""

from __future__ import annotations

from pamkit.policy.chain import Link
from pamkit.policy.control import Action
from pamkit.report.ladder import ROOT, Piece, Way
from pamkit.semantics.table import POSITIVE
from pamkit.semantics.verdict import Mood
from pamkit.semantics.walk import Cursor, advance, begin, decide
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pamkit.report.ladder import Frame, Ladder
    from pamkit.semantics.verdict import Verdict

MOST = 4000
"""Places of runs that are looked at before a drawing goes without what they would tell."""

MOST_RUNGS = 500
"""Rungs of a ladder that is drawn with what runs through it; real ones have fewer than 100."""

Moods = dict[Piece, frozenset[Mood]]
"""With which verdicts runs take a way; a way that is not in it is taken by none."""


class Stop(Record, eq=False):
    """A link that a run asked: what it answered, how the run stood then, and its ways from there.

    ``after`` is the link that is asked next, or the verdict.
    """

    link: Link
    code: int
    mood: Mood
    ways: tuple[Piece, ...]
    after: Link | Verdict


class Course(Record, eq=False):
    """A run: the ways to its first link, its stops in order, and its verdict."""

    start: tuple[Piece, ...]
    stops: tuple[Stop, ...]
    verdict: Verdict


def courses(ladder: Ladder, codes: Iterable[int]) -> tuple[Course, ...]:
    """Return the runs in which the links that are asked answer with these codes, one by one.

    Where a run has ended and there are more codes, the next begins; one that does not come to its
    end is left out.
    """
    found = []
    stops: list[Stop] = []
    first = at = begin(ladder.frames[ROOT].links)
    for code in codes:
        if not isinstance(at, Cursor):
            return ()  # nobody is asked, so these are the answers of something else
        after, ways = step(ladder, at, code)
        verdict = after.verdict if isinstance(after, Cursor) else after
        following = after.link if isinstance(after, Cursor) else after
        stops.append(Stop(at.link, code, verdict.mood, ways, following))
        at = after
        if not isinstance(after, Cursor):
            found.append(Course(start(ladder), tuple(stops), after))
            stops, at = [], first
    return tuple(found)


def moods(ladder: Ladder, codes: Callable[[Link], Iterable[int]]) -> Moods | None:
    """Return which verdicts runs carry over each way, if links answer any of these codes.

    `None` if there are more places than anybody would wait for.
    """
    if len(ladder.rungs) > MOST_RUNGS:
        return None
    found: dict[Piece, set[Mood]] = {}
    first = begin(ladder.frames[ROOT].links)
    _carry(found, start(ladder), Mood.UNDECIDED)
    seen = {first} if isinstance(first, Cursor) else set()
    todo = list(seen)
    for cursor in todo:
        for code in _different(cursor.link, codes(cursor.link)):
            after, ways = step(ladder, cursor, code)
            verdict = after.verdict if isinstance(after, Cursor) else after
            _carry(found, ways, verdict.mood)
            if isinstance(after, Cursor) and after not in seen:
                if len(seen) >= MOST:
                    return None
                seen.add(after)
                todo.append(after)
    return {piece: frozenset(carried) for piece, carried in found.items()}


def start(ladder: Ladder) -> tuple[Piece, ...]:
    """Return the ways to the first link that is asked."""
    return (Piece(Way.START, ROOT, 0, 0), *_settled(ladder, ladder.frames[ROOT], 0))


def step(ladder: Ladder, cursor: Cursor, code: int) -> tuple[Cursor | Verdict, tuple[Piece, ...]]:
    """Return where an answer leads, and the ways to it on the drawing."""
    rung = ladder.rung(cursor.link.number)
    frame = ladder.frames[rung.frame]
    verdict, position = decide(cursor, code)
    action = cursor.link.actions[code] if 0 <= code < CODE_COUNT else Action.BAD
    way = Way.FALL
    if action > 0:
        way = Way.OVERRUN if position > frame.size else Way.JUMP
    elif action == Action.DIE:
        way = Way.DIE
    elif action == Action.DONE and verdict.mood in POSITIVE:
        way = Way.DONE
    position = min(position, frame.size)
    ways = [Piece(way, frame.number, rung.at, position)]
    if action == Action.RESET:
        ways.insert(0, Piece(Way.RESET, frame.number, rung.at, rung.at))
    return advance(cursor, code), (*ways, *_settled(ladder, frame, position))


def _settled(ladder: Ladder, frame: Frame, position: int) -> tuple[Piece, ...]:
    """Return the ways out of what has ended and into substacks, to the next link or the end."""
    ways: list[Piece] = []
    while True:
        if position < frame.size:
            rung = ladder.rung(frame.links[position].number)
            if rung.inside < 0:
                return tuple(ways)
            ways.append(Piece(Way.ENTER, rung.inside, 0, 0))
            frame, position = ladder.frames[rung.inside], 0
        elif frame.outer < 0:
            return tuple(ways)
        else:
            ways.append(Piece(Way.LEAVE, frame.number, frame.size, frame.behind))
            frame, position = ladder.frames[frame.outer], frame.behind


def _different(link: Link, codes: Iterable[int]) -> tuple[int, ...]:
    """Return of the codes those that lead to different things."""
    found: dict[tuple[int, bool], int] = {}
    for code in codes:
        action = link.actions[code] if 0 <= code < CODE_COUNT else Action.BAD
        found.setdefault((action, code == ReturnCode.SUCCESS), code)
    return tuple(found.values())


def _carry(found: dict[Piece, set[Mood]], ways: tuple[Piece, ...], mood: Mood) -> None:
    for piece in ways:
        found.setdefault(piece, set()).add(mood)
