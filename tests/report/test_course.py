"""Courses: on the drawing a run goes where `advance` goes."""

from __future__ import annotations

from hypothesis import given

from pamkit.report.course import MOST_RUNGS, courses, moods, step
from pamkit.report.course import start as start_of
from pamkit.report.ladder import ROOT, Ladder, Piece, Way, ladder
from pamkit.report.svg import pieces
from pamkit.semantics.verdict import Mood
from pamkit.semantics.walk import Cursor, Links, advance, begin
from tests.properties.strategies import answers, chains, link, walked

Place = tuple[int, int]


def _ends(drawn: Ladder, piece: Piece) -> tuple[Place, Place]:
    """Return where a way begins and ends: frame and position."""
    frame = drawn.frames[piece.frame]
    here, there = (frame.number, piece.source), (frame.number, piece.target)
    if piece.way is Way.ENTER:
        here = (frame.outer, frame.behind - 1)
    if piece.way is Way.LEAVE:
        there = (frame.outer, piece.target)
    return here, there


@given(chains(), answers)
def test_ways_join_and_lead_to_where_advance_leads(links: Links, said: list[int]) -> None:
    drawn = ladder(links)
    there = set(pieces(drawn))
    at = begin(links)
    ways = start_of(drawn)
    place: Place = (ROOT, 0)
    while True:
        for piece in ways:
            here, after = _ends(drawn, piece)
            assert place == here
            assert piece in there
            place = after
        if not isinstance(at, Cursor):
            break
        rung = drawn.rung(at.link.number)
        assert (rung.frame, rung.at) == place
        code = said[at.link.number]
        after_it, ways = step(drawn, at, code)
        assert advance(at, code) == after_it
        at = after_it
    assert (ROOT, len(links)) == place


@given(chains(min_size=1), answers)
def test_a_course_asks_whom_the_run_asks(links: Links, said: list[int]) -> None:
    verdict, path = walked(links, said)
    found = courses(ladder(links), [code for _, code in path])
    if not path:
        assert found == ()
        return
    (course,) = found
    assert path == tuple((stop.link.number, stop.code) for stop in course.stops)
    assert verdict == course.verdict
    assert verdict == course.stops[-1].after


@given(chains(), answers)
def test_every_way_that_is_taken_carries_the_mood_it_is_taken_with(
    links: Links, said: list[int]
) -> None:
    drawn = ladder(links)
    carried = moods(drawn, lambda _: (-1, *range(32)))
    assert carried is not None
    for course in courses(drawn, [code for _, code in walked(links, said)[1]]):
        for stop in course.stops:
            assert [way for way in stop.ways if stop.mood not in carried[way]] == []


def test_two_passes_are_two_courses_and_half_a_one_is_none() -> None:
    drawn = ladder((link(0, {0: -1}), link(1, {0: -1})))
    assert len(courses(drawn, [0, 0, 0, 0])) == 2
    assert len(courses(drawn, [0, 0, 0])) == 1
    assert courses(ladder(()), [0]) == ()


def test_a_way_that_nobody_takes_carries_nothing() -> None:
    links = (link(0, {0: 1}, rest=-4), link(1, {0: -1}), link(2, {0: -1}))
    carried = moods(ladder(links), lambda _: (0, 7))
    assert carried is not None
    assert Piece(Way.FALL, ROOT, 0, 1) not in carried
    assert {Mood.UNDECIDED} == carried[Piece(Way.JUMP, ROOT, 0, 2)]
    assert {Mood.DENIED} == carried[Piece(Way.DIE, ROOT, 0, 3)]
    assert {Mood.GRANTED, Mood.DENIED} == carried[Piece(Way.FALL, ROOT, 2, 3)]


def test_long_chains_are_drawn_without_what_runs_through_them() -> None:
    links = tuple(link(n, {0: -1}) for n in range(MOST_RUNGS + 1))
    assert moods(ladder(links), lambda _: (0,)) is None
