"""`done` and `die` end their substack, not its parent."""

from hypothesis import given, settings

from pamkit.policy.chain import Substack
from pamkit.semantics.verdict import OVERRUN
from pamkit.semantics.walk import Links
from pamkit.vocab.span import Span
from tests.properties.strategies import answers, chains, link, walked

_BEHIND = 60
_ENDS = {-2, -4}


@settings(max_examples=300)
@given(chains(), answers)
def test_what_stands_behind_a_substack_is_always_asked(links: Links, said: list[int]) -> None:
    inner = Substack(61, "inner", links, Span("f", 1))
    _, path = walked((inner, link(_BEHIND, {})), said)
    assert path[-1][0] == _BEHIND


@settings(max_examples=200)
@given(chains(), answers)
def test_as_an_include_the_same_links_may_end_the_chain(links: Links, said: list[int]) -> None:
    verdict, path = walked((*links, link(_BEHIND, {})), said)
    asked = path[-1][0] == _BEHIND if path else False
    _, inner = walked(links, said)
    # Who does not come so far has been ended by a done or die, or jumped behind it.
    assert asked or inner == path[: len(inner)]
    assert asked or verdict == walked(links, said)[0] or verdict != OVERRUN
