"""A ladder as an SVG drawing: the rails and lanes, and one run through them for each claim.

Colours are classes; the page's style says which.  Nothing of a policy is in it but a title.
"""

from __future__ import annotations

from pamkit.report.escape import escaped
from pamkit.report.ladder import EDGE, LANE, OUT, ROOT, Piece, Way
from pamkit.semantics.verdict import Mood

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.report.course import Course, Moods
    from pamkit.report.ladder import Ladder

MOOD_CLASSES = {
    Mood.DENIED: "m-no",
    Mood.UNDECIDED: "m-open",
    Mood.QUALIFIED: "m-part",
    Mood.GRANTED: "m-yes",
}
"""How verdicts are marked, in the order in which they run beside each other."""

_APART = 3
_BEND = 6
_BELOW = {Way.JUMP: 8, Way.DONE: 12, Way.DIE: 16, Way.OVERRUN: 16}
"""How far below its rung a way branches off."""

_ABOVE = 8
"""How far above a rung a jump comes back to the rail."""

_REM = 16


def drawing(
    ladder: Ladder, carried: Moods | None, runs: Iterable[tuple[int, Course]], title: str
) -> str:
    """Return the drawing; ``carried`` colours the ways, ``runs`` are drawn over them by slot."""
    size = f"{_rem(ladder.width)}rem"
    box = f"0 0 {ladder.width} {ladder.height}"
    parts = [
        f'<svg class="drawing" role="img" viewBox="{box}" width="{size}"'
        f' height="{_rem(ladder.height)}rem" preserveAspectRatio="none" focusable="false">',
        f"<title>{escaped(title)}</title>",
        "<desc>The list beside it says the same in words.</desc>",
        *_boxes(ladder),
        *_rungs(ladder),
        *(_way(ladder, piece, carried) for piece in pieces(ladder)),
        *_dots(ladder),
        *(_run(ladder, slot, course) for slot, course in runs),
        "</svg>",
    ]
    return "".join(parts)


def pieces(ladder: Ladder) -> tuple[Piece, ...]:
    """Return every way there is on a drawing, whether a run takes it or not."""
    found = [Piece(Way.START, ROOT, 0, 0)]
    for frame in ladder.frames:
        if frame.outer >= 0:
            found.append(Piece(Way.ENTER, frame.number, 0, 0))
            found.append(Piece(Way.LEAVE, frame.number, frame.size, frame.behind))
        for at, link in enumerate(frame.links):
            if ladder.rung(link.number).inside < 0:
                found.append(Piece(Way.FALL, frame.number, at, at + 1))
        found.extend(frame.ways)
    return tuple(found)


def line(ladder: Ladder, piece: Piece) -> str:
    """Return the path of a way, as SVG writes paths."""
    frame = ladder.frames[piece.frame]
    x, end = frame.rail, frame.end
    if piece.way is Way.START:
        return f"M{x} 0V{ladder.at(frame, 0)[1]}"
    if piece.way is Way.FALL:
        return f"M{x} {ladder.at(frame, piece.source)[1]}V{ladder.at(frame, piece.target)[1]}"
    if piece.way is Way.ENTER:
        outer = ladder.frames[frame.outer]
        _, y = ladder.at(outer, frame.behind - 1)
        bend = f"H{x - _BEND}Q{x} {y} {x} {y + _BEND}"
        return f"M{outer.rail} {y}{bend}V{ladder.at(frame, 0)[1]}"
    if piece.way is Way.LEAVE:
        outer = ladder.frames[frame.outer]
        back, low = outer.rail, frame.bottom + 3
        first = f"M{x} {end}V{low - 3}Q{x} {low} {x - _BEND} {low}H{back + _BEND}"
        return f"{first}Q{back} {low} {back} {low + 5}V{ladder.at(outer, piece.target)[1]}"
    start = ladder.at(frame, piece.source)[1]
    if piece.way is Way.RESET:
        return f"M{x} {start + 5}c-9 9 -12 -9 -3 -6"
    start += _BELOW[piece.way]
    if piece.way is Way.JUMP:
        lane = frame.lanes[piece]
        stop = ladder.at(frame, piece.target)[1] - _ABOVE
    else:
        lane = frame.done if piece.way is Way.DONE else frame.die
        stop = end + (-2 if piece.way is Way.DONE else 2)
    down = f"M{x} {start}H{lane + _BEND}Q{lane} {start} {lane} {start + _BEND}V{stop - _BEND}"
    return f"{down}Q{lane} {stop} {lane + _BEND} {stop}H{x}"


def _way(ladder: Ladder, piece: Piece, carried: Moods | None) -> str:
    path = line(ladder, piece)
    if carried is None:
        return f'<path class="way" d="{path}"/>{_tip(ladder, piece, "way")}'
    found = carried.get(piece, frozenset())
    if not found:
        return f'<path class="way never" d="{path}"/>{_tip(ladder, piece, "way")}'
    classes = [name for mood, name in MOOD_CLASSES.items() if mood in found]
    strands = []
    for number, name in enumerate(classes):
        off = (2 * number - len(classes) + 1) * _APART / 2
        moved = f' transform="translate({off:g} {-off:g})"' if off else ""
        strands.append(f'<path class="way {name}" d="{path}"{moved}/>')
    return "".join(strands) + _tip(ladder, piece, classes[0] if len(classes) == 1 else "way")


def _tip(ladder: Ladder, piece: Piece, name: str) -> str:
    """Return the head of an arrow, where a way has one."""
    frame = ladder.frames[piece.frame]
    if piece.way is Way.JUMP:
        x, y = frame.rail, ladder.at(frame, piece.target)[1] - _ABOVE
    elif piece.way in OUT:
        x, y = frame.rail - 3, frame.end + (-2 if piece.way is Way.DONE else 2)
    else:
        return ""
    return f'<path class="tip {name}" d="M{x - 7} {y - 4}L{x} {y}l-7 4z"/>'


def _boxes(ladder: Ladder) -> Iterator[str]:
    for frame in ladder.frames[1:]:
        wide, high = ladder.width - frame.left + EDGE, frame.bottom - frame.top
        yield (
            f'<rect class="box" x="{frame.left}" y="{frame.top}" width="{wide}" height="{high}"'
            ' rx="5"/>'
        )


def _rungs(ladder: Ladder) -> Iterator[str]:
    for rung in ladder.rungs:
        yield f'<path class="rung-line" d="M{rung.x} {rung.y}H{ladder.width}"/>'


def _dots(ladder: Ladder) -> Iterator[str]:
    spots = "".join(_dot(rung.x, rung.y) for rung in ladder.rungs if rung.inside < 0)
    heads = "".join(_dot(rung.x, rung.y) for rung in ladder.rungs if rung.inside >= 0)
    ends = "".join(_dot(frame.rail, frame.end) for frame in ladder.frames)
    for name, found in (("dot", spots), ("head", heads), ("stop", ends)):
        if found:
            yield f'<path class="{name}" d="{found}"/>'


def _dot(x: int, y: int) -> str:
    # A line of no length with round ends is a dot, however the drawing is stretched.
    return f"M{x} {y}h.01"


def _run(ladder: Ladder, slot: int, course: Course) -> str:
    parts = [_path("m-open", "".join(line(ladder, piece) for piece in course.start))]
    spots: dict[str, str] = {}
    for stop in course.stops:
        name = MOOD_CLASSES[stop.mood]
        parts.append(_path(name, "".join(line(ladder, piece) for piece in stop.ways)))
        rung = ladder.rung(stop.link.number)
        spots[name] = spots.get(name, "") + _dot(rung.x, rung.y)
    last = MOOD_CLASSES[course.verdict.mood]
    root = ladder.frames[ROOT]
    spots[last] = spots.get(last, "") + _dot(root.rail, root.end)
    parts += [f'<path class="spot {name}" d="{path}"/>' for name, path in spots.items()]
    return f'<g class="run w{slot}">{"".join(parts)}</g>'


def _path(name: str, path: str) -> str:
    return f'<path class="{name}" d="{path}"/>' if path else ""


def _rem(length: int) -> str:
    return f"{length / _REM:g}"


LEGEND_WIDTH = LANE * 4
"""The width of a sample in the legend."""


def sample(name: str) -> str:
    """Return a short stretch of a way, for the legend."""
    return (
        f'<svg class="sample" viewBox="0 0 {LEGEND_WIDTH} 12" width="{_rem(LEGEND_WIDTH)}rem"'
        ' height=".75rem" aria-hidden="true" focusable="false">'
        f'<path class="way {name}" d="M2 6H{LEGEND_WIDTH - 2}"/></svg>'
    )
