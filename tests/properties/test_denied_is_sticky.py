"""After `bad`, only `reset` can lead back."""

from hypothesis import given, settings

from pamkit.policy.control import Action
from pamkit.semantics.verdict import Mood
from pamkit.semantics.walk import Cursor, Links, advance, begin, decide
from tests.properties.strategies import answers, chains, plain_chains, walked


@settings(max_examples=300)
@given(chains(min_size=1), answers)
def test_a_denied_run_stays_denied_until_a_reset(links: Links, said: list[int]) -> None:
    at = begin(links)
    while isinstance(at, Cursor):
        answer = said[at.link.number]
        action = at.link.actions[answer] if 0 <= answer < 32 else Action.BAD
        before, (after, _) = at.verdict, decide(at, answer)
        if before.mood is Mood.DENIED and action != Action.RESET:
            assert after.mood is Mood.DENIED
            assert after == before or action > 0  # a jump past the end replaces the code
        at = advance(at, answer)


@settings(max_examples=200)
@given(plain_chains(), answers)
def test_without_a_reset_one_bad_answer_denies_for_good(links: Links, said: list[int]) -> None:
    denied = False
    at = begin(links)
    while isinstance(at, Cursor):
        answer = said[at.link.number]
        action = at.link.actions[answer] if 0 <= answer < 32 else Action.BAD
        denied = denied or action in (Action.BAD, Action.DIE)
        at = advance(at, answer)
    assert (at.mood is Mood.DENIED) == denied
    assert at == walked(links, said)[0]
