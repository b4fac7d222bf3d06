"""Ladders: nothing lies on anything else, and every way leads from somewhere to somewhere."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given

from pamkit.policy.chain import Substack
from pamkit.report.ladder import END_ROW, MOST_LANES, OUT, ROOT, ROW, Ladder, Piece, Way, ladder
from pamkit.report.svg import line, pieces
from pamkit.semantics.walk import Links
from pamkit.vocab.span import Span
from tests.properties.strategies import chains, link
from tests.report.paths import points


@given(chains())
def test_rungs_stand_below_one_another_in_the_order_of_the_text(links: Links) -> None:
    drawn = ladder(links)
    assert list(range(len(drawn.rungs))) == [rung.link.number for rung in drawn.rungs]
    apart = [below.y - above.y for above, below in pairwise(drawn.rungs)]
    assert [space for space in apart if space < ROW] == []
    assert [rung for rung in drawn.rungs if not 0 < rung.y < drawn.height] == []
    assert [rung for rung in drawn.rungs if not 0 < rung.x < drawn.width] == []


@given(chains())
def test_a_box_holds_its_rungs_and_nothing_else(links: Links) -> None:
    drawn = ladder(links)
    for frame in drawn.frames:
        for rung in drawn.rungs:
            is_inside = frame.top < rung.y < frame.bottom
            assert is_inside == (frame.number in _around(drawn, rung.frame))
            if rung.frame == frame.number:
                assert frame.left < rung.x == frame.rail
        rows = sum(ROW for rung in drawn.rungs if frame.number in _around(drawn, rung.frame))
        ends = sum(END_ROW for each in drawn.frames if frame.number in _around(drawn, each.number))
        assert rows + ends == frame.bottom - frame.top


def _around(drawn: Ladder, number: int) -> set[int]:
    found = set()
    while number >= 0:
        found.add(number)
        number = drawn.frames[number].outer
    return found


@given(chains())
def test_every_way_leads_from_a_rung_to_a_rung_or_an_end(links: Links) -> None:
    drawn = ladder(links)
    for piece in pieces(drawn):
        frame = drawn.frames[piece.frame]
        first, *_, last = points(line(drawn, piece))
        if piece.way is not Way.START:
            home = drawn.frames[frame.outer] if piece.way is Way.ENTER else frame
            at = frame.behind - 1 if piece.way is Way.ENTER else piece.source
            assert _is_at(first, drawn.at(home, at)), piece
        goal = drawn.frames[frame.outer] if piece.way is Way.LEAVE else frame
        assert _is_at(last, drawn.at(goal, piece.target)), piece


def _is_at(point: tuple[float, float], place: tuple[int, int]) -> bool:
    return abs(point[0] - place[0]) <= 4 and abs(point[1] - place[1]) <= ROW / 2 - 4


@given(chains())
def test_ways_stay_inside_their_box(links: Links) -> None:
    drawn = ladder(links)
    for piece in pieces(drawn):
        if piece.way in (Way.JUMP, *OUT):
            frame = drawn.frames[piece.frame]
            for x, y in points(line(drawn, piece)):
                assert frame.left < x <= frame.rail
                assert frame.top < y < frame.bottom


@given(chains())
def test_jumps_that_overlap_have_lanes_of_their_own(links: Links) -> None:
    for frame in ladder(links).frames:
        for one, other in combinations(frame.lanes, 2):
            if one.source < other.target and other.source < one.target:
                assert frame.lanes[one] != frame.lanes[other]
        assert {frame.done, frame.die}.isdisjoint(frame.lanes.values())


def test_lanes_have_an_end() -> None:
    links = tuple(link(n, {0: 40 - n}, rest=40) for n in range(50))
    frame = ladder(links).frames[ROOT]
    assert len(set(frame.lanes.values())) <= MOST_LANES


def test_a_stack_as_debian_has_it() -> None:
    links = (link(0, {0: 1}, rest=0), link(1, {0: -1}, rest=-4), link(2, {0: -1}))
    drawn = ladder(links)
    frame = drawn.frames[ROOT]
    jump, die = Piece(Way.JUMP, ROOT, 0, 2), Piece(Way.DIE, ROOT, 1, 3)
    assert (jump, die) == frame.ways
    assert frame.die < frame.lanes[jump] < frame.rail == frame.done
    assert [rung.y for rung in drawn.rungs] == [26, 78, 130]
    assert drawn.height == 3 * ROW + END_ROW


def test_an_empty_chain_has_an_end_and_a_way_to_it() -> None:
    drawn = ladder(())
    assert (drawn.height, drawn.rungs) == (END_ROW, ())
    assert (Piece(Way.START, ROOT, 0, 0),) == pieces(drawn)


def test_a_substack_is_entered_below_its_head_and_left_to_what_follows() -> None:
    inside = Substack(1, "s", (link(2, {}),), Span("f", 1))
    drawn = ladder((link(0, {}), inside, link(3, {})))
    box = drawn.frames[1]
    assert (box.outer, box.behind, drawn.rung(1).inside) == (0, 2, 1)
    assert drawn.rung(1).x < drawn.rung(2).x
    assert drawn.rung(1).y < box.top < drawn.rung(2).y < box.bottom < drawn.rung(3).y
