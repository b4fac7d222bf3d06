"""If authenticate succeeded and nobody has credentials to set, setcred succeeds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.semantics.walk import Links
from pamkit.vocab.facility import Primitive
from tests.properties.probe import trial
from tests.properties.replays import replayed
from tests.properties.strategies import (
    IGNORE,
    PERM_DENIED,
    SUCCESS,
    answers,
    chains,
    link,
    succeeded,
    walked,
)


@settings(max_examples=300)
@given(chains(min_size=1), answers, st.integers(0, 2**64 - 1))
def test_nothing_to_set_is_no_failure(links: Links, first: list[int], bits: int) -> None:
    second = [SUCCESS if bits >> number & 1 else IGNORE for number in range(64)]
    verdict, path = walked(links, first)
    for jump_counts in (False, True):
        again, _ = replayed(links, path, second, jump_counts=jump_counts)
        assert (again.code == SUCCESS) == succeeded(verdict)


def test_a_lone_module_that_ignores_setcred_does_not_spoil_a_login() -> None:
    """The classic of libpam, where `pam_setcred` then answers `PAM_PERM_DENIED`."""
    lone = (link(0, {SUCCESS: -2}),)
    started = trial(lone, {Primitive.AUTHENTICATE: [SUCCESS], Primitive.SETCRED: [IGNORE]})
    assert started.authenticate() == SUCCESS
    assert started.setcred() == SUCCESS
    steered = trial(
        lone,
        {Primitive.AUTHENTICATE: [SUCCESS], Primitive.SETCRED: [IGNORE]},
        quirks=frozenset({"answers-steer-replay"}),
    )
    assert steered.authenticate() == SUCCESS
    assert steered.setcred() == PERM_DENIED


@settings(max_examples=50)
@given(chains(min_size=1), answers)
def test_without_an_authenticate_setcred_grants_only_on_its_own_answers(
    links: Links, said: list[int]
) -> None:
    started = trial(links, {Primitive.SETCRED: [code or 7 for code in said]})
    assert started.setcred() != SUCCESS
