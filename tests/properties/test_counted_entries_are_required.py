"""What counted in authenticate is `required` in setcred, whatever its control (A16, A22)."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pamkit.policy.control import Action
from pamkit.semantics.walk import Links
from tests.properties.replays import replayed
from tests.properties.strategies import SUCCESS, answers, plain_chains, succeeded, walked

COUNTED = (Action.OK, Action.DONE)
CRED_ERR = 17


@settings(max_examples=300)
@given(plain_chains(), answers, st.integers(0, 63))
def test_a16_a22_one_failing_entry_that_counted_fails_setcred(
    links: Links, first: list[int], which: int
) -> None:
    _, path = walked(links, first)
    second = [SUCCESS] * 64
    _, asked = replayed(links, path, second)
    counted = [number for number, action in asked if action in COUNTED]
    assume(counted)
    second[counted[which % len(counted)]] = CRED_ERR
    verdict, again = replayed(links, path, second)
    assert verdict.code != SUCCESS
    assert again == asked  # a16: not even `requisite` stops the walk


@settings(max_examples=200)
@given(plain_chains(), answers)
def test_a20_if_all_that_counted_succeed_setcred_does(links: Links, first: list[int]) -> None:
    verdict, path = walked(links, first)
    again, _ = replayed(links, path, [SUCCESS] * 64)
    assert (again.code == SUCCESS) == succeeded(verdict)


@settings(max_examples=300)
@given(plain_chains(), answers, answers)
def test_a5_setcred_never_succeeds_where_authenticate_failed(
    links: Links, first: list[int], second: list[int]
) -> None:
    verdict, path = walked(links, first)
    again, _ = replayed(links, path, second)
    assert again.code != SUCCESS or succeeded(verdict)
