"""A jump past the end denies, and what stands outside is asked all the same."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.policy.chain import Substack
from pamkit.semantics.verdict import OVERRUN
from pamkit.semantics.walk import Cursor, Links, advance, begin
from pamkit.vocab.span import Span
from tests.properties.strategies import SUCCESS, answers, chains, link, walked

_JUMPER, _BEHIND = 60, 61


@settings(max_examples=300)
@given(chains(), answers, st.integers(1, 2**31 - 1))
def test_a_jump_past_the_end_denies(links: Links, said: list[int], beyond: int) -> None:
    jumper = link(_JUMPER, {SUCCESS: len(links) + beyond})
    at = begin((jumper, *links))
    assert isinstance(at, Cursor)
    assert advance(at, SUCCESS) == OVERRUN


@settings(max_examples=300)
@given(chains(), answers, st.integers(1, 9))
def test_a_jump_in_a_substack_never_jumps_out_of_it(
    links: Links, said: list[int], over: int
) -> None:
    said[_JUMPER] = SUCCESS
    inner = Substack(62, "inner", (link(_JUMPER, {SUCCESS: over}), *links), Span("f", 1))
    _, path = walked((inner, link(_BEHIND, {})), said)
    assert path[-1][0] == _BEHIND
