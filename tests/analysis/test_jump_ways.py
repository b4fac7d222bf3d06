"""Which lines jump on a way that ends with yes, also through very many lines."""

from __future__ import annotations

from pamkit.analysis.jump_ways import JumpWays
from pamkit.policy.chain import Chain, Link
from pamkit.policy.control import KEYWORDS, Action
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.facility import Facility
from pamkit.vocab.span import Span

_CODES = (int(ReturnCode.SUCCESS), int(ReturnCode.AUTH_ERR))
_JUMP = (1, *(int(Action.IGNORE),) * (CODE_COUNT - 1))
"""What `[success=1 default=ignore]` does."""

_REQUIRED = KEYWORDS["required"]


def _jumping(*rows: tuple[int, ...]) -> list[bool]:
    links = tuple(Link(at, "m", (), row, "", Span("p", at + 1)) for at, row in enumerate(rows))
    chain = Chain(Facility.AUTH, "test", links, "linux jump_counts with")
    ways = JumpWays(chain, dict.fromkeys(links, _CODES))
    return [ways.jumps_and_grants(link) for link in links]


def test_a_line_that_jumps_to_a_yes_is_one_and_a_line_that_does_not_jump_is_none() -> None:
    assert _jumping(_JUMP, _REQUIRED, _REQUIRED) == [True, False, False]


def test_a_jump_behind_which_nobody_says_yes_is_none() -> None:
    never = (int(Action.BAD),) * CODE_COUNT
    assert _jumping(_JUMP, _REQUIRED, never) == [False, False, False]


def test_a_chain_may_be_longer_than_functions_can_call_one_another() -> None:
    found = _jumping(*(_JUMP,) * 1500, _REQUIRED, _REQUIRED)
    assert found == [True] * 1500 + [False] * 2
