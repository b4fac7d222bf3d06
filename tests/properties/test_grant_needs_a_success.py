"""If the verdict is success, some link answered success."""

from hypothesis import event, given, settings

from pamkit.semantics.verdict import Mood
from pamkit.semantics.walk import Links
from tests.properties.strategies import SUCCESS, answers, chains, walked


@settings(max_examples=300)
@given(chains(min_size=1), answers)
def test_a_grant_needs_a_link_that_said_success(links: Links, said: list[int]) -> None:
    verdict, path = walked(links, said)
    event(f"granted: {verdict.mood is Mood.GRANTED}")
    assert (verdict.code == SUCCESS) == (verdict.mood is Mood.GRANTED)
    if verdict.code == SUCCESS:
        assert SUCCESS in [answer for _, answer in path]


@settings(max_examples=200)
@given(chains(min_size=1), answers)
def test_without_a_success_nothing_grants(links: Links, said: list[int]) -> None:
    never = [code or 7 for code in said]
    assert walked(links, never)[0].code != SUCCESS
