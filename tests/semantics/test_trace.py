import pytest
from hypothesis import given

from pamkit.policy.chain import Link
from pamkit.semantics.trace import Path, Run, Step, path_of, retrace
from pamkit.semantics.verdict import START, Mood, Verdict
from pamkit.semantics.walk import Links
from pamkit.vocab.facility import Primitive
from tests.properties.strategies import answers, chains, link, walked

GRANTED = Verdict(Mood.GRANTED, 0)
QUALIFIED = Verdict(Mood.QUALIFIED, 12)
DENIED = Verdict(Mood.DENIED, 7)

FIRST, SECOND, THIRD = (link(number, {}) for number in range(3))


def step(link: Link, answer: int, action: int, before: Verdict, after: Verdict) -> Step:
    return Step(link, answer, answer, action, before, after)


def run(*steps: Step, code: int = 0) -> Run:
    verdict = steps[-1].after if steps else START
    return Run(Primitive.AUTHENTICATE, "su", 0, steps, verdict, code)


YES = step(FIRST, 0, -1, START, GRANTED)
NEUTRAL = step(SECOND, 25, 0, GRANTED, GRANTED)
MORE = step(THIRD, 0, -2, GRANTED, GRANTED)
NO = step(THIRD, 7, -3, GRANTED, DENIED)


def test_the_deciding_step_is_the_last_that_moved_the_verdict() -> None:
    assert run(YES, NEUTRAL).deciding is YES
    assert run(YES, NEUTRAL, NO, code=7).deciding is NO


def test_nobody_decides_where_nothing_moved() -> None:
    assert run().deciding is None
    assert run(step(FIRST, 25, 0, START, START), code=6).deciding is None


def test_nobody_decided_a_verdict_that_the_chain_did_not_reach() -> None:
    odd = Run(Primitive.SETCRED, "su", 0, (YES, NEUTRAL), DENIED, 6)
    assert odd.deciding is None


def test_grantors_are_the_links_that_counted_and_said_yes() -> None:
    assert run(YES, NEUTRAL, MORE).grantors == (FIRST, THIRD)


def test_a_run_that_failed_has_no_grantors() -> None:
    assert run(YES, NO, code=7).grantors == ()


def test_an_odd_success_is_no_grantor() -> None:
    assert not step(FIRST, 12, -1, START, QUALIFIED).grants
    assert not step(FIRST, 0, -1, DENIED, DENIED).grants
    assert not step(FIRST, 0, 0, GRANTED, GRANTED).grants


def test_the_path_is_who_was_asked_and_what_was_said() -> None:
    assert path_of(run(YES, NEUTRAL)) == ((0, 0), (1, 25))


@given(chains(), answers)
def test_a_path_that_was_walked_is_retraced_to_its_verdict(links: Links, said: list[int]) -> None:
    verdict, path = walked(links, said)
    assert retrace(links, path) == verdict


@pytest.mark.parametrize(
    "path",
    [
        (),
        ((0, 0),),
        ((1, 0), (0, 0)),
        ((0, 0), (1, 0), (2, 0)),
        ((0, 0), (2, 0)),
    ],
)
def test_a_path_of_another_chain_is_no_path_of_this_one(path: Path) -> None:
    links = (link(0, {0: -1}), link(1, {0: -1}))
    with pytest.raises(ValueError, match="recorded path"):
        retrace(links, path)
