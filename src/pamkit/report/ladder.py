"""Where the rungs of a drawn chain stand, and the ways between them: pure numbers.

A chain is drawn as a ladder.  One rung is one link, or the head of a substack; below the last one
is the end.  The rail leads from rung to rung; left of it run the lanes of what does not go to the
next rung: jumps, and the two ways out (`done` and `die`).  A substack is a box with a rail of its
own.  Units are sixteenths of the size of a letter.
"""

from __future__ import annotations

from pamkit.policy.chain import Link, Substack
from pamkit.policy.control import Action
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.semantics.walk import Links

ROW = 52
"""The height of a rung."""

END_ROW = ROW // 2
"""The height of the end of a chain or a substack."""

LANE = 13
"""From one lane to the next, or from a lane to the rail."""

EDGE = 11
"""From the edge of a box to what is outermost in it."""

MOST_LANES = 24
"""Lanes of jumps beside one rail; what would need more shares the last."""

ROOT = 0
"""The number of the outermost frame."""


class Way(Names):
    """How a run gets from one place of a ladder to another."""

    START = 0
    FALL = 1
    JUMP = 2
    DONE = 3
    DIE = 4
    OVERRUN = 5
    ENTER = 6
    LEAVE = 7
    RESET = 8


OUT = (Way.DONE, Way.DIE, Way.OVERRUN)
"""Ways to the end of a chain or a substack, past all that follows."""


class Piece(Record):
    """One way between two places of one frame; ``source`` and ``target`` are positions in it.

    Positions count the links and substacks of the frame from 0; the number of them is its end.
    `START` and `ENTER` come from above, and `LEAVE` goes on from the end to where the frame around
    it goes on.  `RESET` comes back to where it began: what happens is that the verdict is undone.
    """

    way: Way
    frame: int
    source: int
    target: int


class Rung(Record, eq=False):
    """One row: a link or the head of a substack, its place in the chain, and where it is drawn."""

    link: Link | Substack
    frame: int
    at: int
    x: int
    y: int
    inside: int = -1


class Frame(Record, eq=False):
    """The chain, or a substack in it: what it holds, what holds it, and where it is drawn.

    ``outer`` is the number of the frame around it (-1: none) and ``behind`` the position there at
    which a run goes on.  ``done`` and ``die`` are the lanes out; the rail's place if there is none.
    """

    number: int
    links: Links
    outer: int
    behind: int
    left: int
    top: int
    rail: int
    done: int
    die: int
    end: int
    bottom: int
    ways: tuple[Piece, ...]
    lanes: dict[Piece, int]

    @property
    def size(self) -> int:
        """How many links and substacks it holds, which is the position of its end."""
        return len(self.links)


class Ladder(Record, eq=False):
    """A chain as it is drawn; ``rungs`` stand in the order of the text, ``frames`` by number."""

    rungs: tuple[Rung, ...]
    frames: tuple[Frame, ...]
    width: int
    height: int

    def rung(self, number: int) -> Rung:
        """Return the rung of a link or a substack by its number."""
        # INVARIANT: numbers of a chain count from 0 in the order of the text.
        return self.rungs[number]

    def at(self, frame: Frame, position: int) -> tuple[int, int]:
        """Return where a position of a frame is drawn."""
        if position >= frame.size:
            return frame.rail, frame.end
        rung = self.rung(frame.links[position].number)
        return rung.x, rung.y


def ladder(links: Links) -> Ladder:
    """Return where everything of a chain is drawn."""
    drawing = _Drawing()
    drawing.place(links, -1, 0, 0, 0)
    rungs = tuple(sorted(drawing.rungs, key=lambda rung: rung.link.number))
    frames = tuple(drawing.frames[number] for number in sorted(drawing.frames))
    return Ladder(rungs, frames, drawing.width + EDGE, frames[ROOT].bottom)


def ways_from(links: Links, at: int, frame: int) -> tuple[Piece, ...]:
    """Return every way that the control of the entry at a position has, but for the next rung."""
    link = links[at]
    if isinstance(link, Substack):
        return ()
    found = []
    for action in sorted(set(link.actions)):
        if action > 0:
            target = at + 1 + action
            is_inside = target <= len(links)
            way = Way.JUMP if is_inside else Way.OVERRUN
            found.append(Piece(way, frame, at, min(target, len(links))))
        elif action in _WAYS:
            way = _WAYS[action]
            found.append(Piece(way, frame, at, at if way is Way.RESET else len(links)))
    return tuple(dict.fromkeys(found))


_WAYS: dict[int, Way] = {Action.DONE: Way.DONE, Action.DIE: Way.DIE, Action.RESET: Way.RESET}


class _Drawing:
    """Gives everything its place, from the top down and from the left to the right."""

    def __init__(self) -> None:
        self.rungs: list[Rung] = []
        self.frames: dict[int, Frame] = {}
        self.width = 0

    def place(self, links: Links, outer: int, behind: int, left: int, top: int) -> Frame:
        number = len(self.frames)
        self.frames[number] = _UNPLACED  # so that boxes inside get later numbers
        ways = tuple(way for at in range(len(links)) for way in ways_from(links, at, number))
        lanes = _lanes(tuple(way for way in ways if way.way is Way.JUMP))
        jumps = 1 + max(lanes.values(), default=-1)
        does = any(way.way is Way.DONE for way in ways)
        dies = any(way.way in (Way.DIE, Way.OVERRUN) for way in ways)
        rail = left + EDGE + LANE * (jumps + does + dies)
        self.width = max(self.width, rail)
        y = top
        for at, link in enumerate(links):
            here, middle = len(self.rungs), y + ROW // 2
            self.rungs.append(Rung(link, number, at, rail, middle))
            y += ROW
            if isinstance(link, Substack):
                box = self.place(link.links, number, at + 1, rail + EDGE, y)
                self.rungs[here] = Rung(link, number, at, rail, middle, box.number)
                y = box.bottom
        frame = Frame(
            number,
            links,
            outer,
            behind,
            left,
            top,
            rail,
            rail - LANE * (jumps + 1) if does else rail,
            rail - LANE * (jumps + does + 1) if dies else rail,
            y + END_ROW // 2,
            y + END_ROW,
            ways,
            {way: rail - LANE * (lane + 1) for way, lane in lanes.items()},
        )
        self.frames[number] = frame
        return frame


_UNPLACED = Frame(-1, (), -1, 0, 0, 0, 0, 0, 0, 0, 0, (), {})


def _lanes(jumps: tuple[Piece, ...]) -> dict[Piece, int]:
    """Return the lane of each jump, from 0 beside the rail: short ones inside.

    Jumps that only touch can share a lane: one ends above the rung where the other begins below.
    """
    taken: list[list[Piece]] = []
    found = {}
    for jump in sorted(jumps, key=lambda jump: (jump.target - jump.source, jump.source)):
        lane = 0
        while lane < len(taken) and any(_overlap(jump, other) for other in taken[lane]):
            lane += 1
        lane = min(lane, MOST_LANES - 1)
        if lane == len(taken):
            taken.append([])
        taken[lane].append(jump)
        found[jump] = lane
    return found


def _overlap(one: Piece, other: Piece) -> bool:
    return one.source < other.target and other.source < one.target
