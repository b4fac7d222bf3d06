"""What was ignored in authenticate is ignored in setcred (A15)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.policy.control import Action
from pamkit.semantics.walk import Links
from tests.properties.replays import replayed
from tests.properties.strategies import CODES, answers, chains, walked


@settings(max_examples=300)
@given(chains(min_size=1), answers, answers, st.sampled_from(CODES))
def test_a15_an_ignored_entry_has_no_say(
    links: Links, first: list[int], second: list[int], other: int
) -> None:
    _, path = walked(links, first)
    verdict, asked = replayed(links, path, second)
    changed = list(second)
    for number, action in asked:
        # DIALECT: debian.  A link that jumped is as neutral as one that was ignored.
        if action == Action.IGNORE or action > 0:
            changed[number] = other
    assert replayed(links, path, changed) == (verdict, asked)
