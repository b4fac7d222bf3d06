"""The first error of an entry that counted is what setcred returns (A23)."""

from hypothesis import given, settings

from pamkit.policy.control import Action
from pamkit.semantics.walk import Links
from tests.properties.replays import replayed
from tests.properties.strategies import IGNORE, PERM_DENIED, SUCCESS, answers, plain_chains, walked

NO_ERROR = (SUCCESS, 12, IGNORE)


@settings(max_examples=400)
@given(plain_chains(), answers, answers)
def test_a23_the_first_error_dominates(links: Links, first: list[int], second: list[int]) -> None:
    _, path = walked(links, first)
    verdict, asked = replayed(links, path, second)
    errors: list[int] = []
    for number, action in asked:
        answer = second[number]
        if action in (Action.BAD, Action.DIE):
            errors.append(PERM_DENIED if answer in (SUCCESS, IGNORE) else answer)
        elif action != Action.IGNORE and answer not in NO_ERROR:
            errors.append(answer)
    if errors:
        assert verdict.code == errors[0]
    assert len(asked) == len(path)
