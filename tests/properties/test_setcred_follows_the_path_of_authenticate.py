"""Setcred asks exactly whom authenticate asked, for every flag and any answer (A13, A14)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.policy.dialect import DEBIAN, LINUX, Dialect
from pamkit.semantics.replay import Replay, advance_replay, begin_replay
from pamkit.semantics.walk import Links
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from tests.properties.probe import trial
from tests.properties.strategies import CODES, answers, chains, walked

FLAGS = [
    action | silent
    for action in (
        0,
        Flag.ESTABLISH_CRED,
        Flag.DELETE_CRED,
        Flag.REINITIALIZE_CRED,
        Flag.REFRESH_CRED,
    )
    for silent in (0, Flag.SILENT)
]
PAIRS = [
    (Primitive.AUTHENTICATE, Primitive.SETCRED, "auth"),
    (Primitive.OPEN_SESSION, Primitive.CLOSE_SESSION, "session"),
]


@settings(max_examples=150)
@given(
    chains(min_size=1),
    answers,
    answers,
    st.sampled_from(FLAGS),
    st.sampled_from([LINUX, DEBIAN]),
    st.sampled_from(PAIRS),
)
def test_a13_setcred_walks_the_path_of_authenticate(
    links: Links,
    first: list[int],
    second: list[int],
    flags: int,
    dialect: Dialect,
    pair: tuple[Primitive, Primitive, str],
) -> None:
    early, late, facility = pair
    if late is Primitive.CLOSE_SESSION:
        flags &= Flag.SILENT
    started = trial(links, {early: first, late: second}, facility=facility, dialect=dialect)
    started.call(early)
    started.call(late, flags)
    started.call(late, flags)
    recorded, *replays = [[step.link.number for step in run.steps] for run in started.core.runs]
    assert replays == [recorded, recorded]


@settings(max_examples=300)
@given(chains(min_size=1), answers, st.lists(st.sampled_from(CODES), min_size=1), st.booleans())
def test_a14_the_answers_of_setcred_do_not_steer_it(
    links: Links, first: list[int], second: list[int], jump_counts: bool
) -> None:
    _, path = walked(links, first)
    at = begin_replay(links, path)
    asked: list[tuple[int, int]] = []
    while isinstance(at, Replay):
        answer = second[len(asked) % len(second)]
        asked.append((at.link.number, at.judged))
        at = advance_replay(at, answer, jump_counts=jump_counts)
    assert tuple(asked) == path


@settings(max_examples=100)
@given(chains(min_size=1), answers, answers)
def test_a13_the_path_is_that_of_the_last_authenticate(
    links: Links, first: list[int], second: list[int]
) -> None:
    said = {Primitive.AUTHENTICATE: first, Primitive.SETCRED: [0] * 64}
    started = trial(links, said)
    started.authenticate()
    said[Primitive.AUTHENTICATE] = second
    started.authenticate()
    started.setcred()
    paths = [[step.link.number for step in run.steps] for run in started.core.runs]
    assert paths[2] == paths[1]
