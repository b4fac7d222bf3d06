"""A chain that asks nobody never grants."""

from hypothesis import given
from hypothesis import strategies as st

from pamkit.policy.chain import Link, Substack
from pamkit.semantics.replay import begin_replay
from pamkit.semantics.verdict import START, Mood
from pamkit.semantics.walk import Links, begin
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.span import Span
from tests.properties.strategies import answers, chains, walked

_NOBODY = st.recursive(
    st.just(()),
    lambda inner: st.lists(inner, max_size=3).map(
        lambda ls: tuple(Substack(0, "s", links, Span("f", 1)) for links in ls)
    ),
    max_leaves=8,
)


@given(_NOBODY)
def test_a_chain_of_nothing_but_substacks_denies(links: Links) -> None:
    assert begin(links) == START
    assert begin_replay(links, ()) == START
    assert START.mood is Mood.UNDECIDED
    assert START.code == ReturnCode.PERM_DENIED


@given(chains(), answers)
def test_a_run_that_asked_nobody_denies(
    links: tuple[Link | Substack, ...], said: list[int]
) -> None:
    verdict, path = walked(links, said)
    assert path or verdict.code == ReturnCode.PERM_DENIED


def test_a_service_without_a_line_for_a_facility_is_refused_everything() -> None:
    for primitive in Primitive:
        assert Trial("# nothing\n").call(primitive) == ReturnCode.PERM_DENIED
