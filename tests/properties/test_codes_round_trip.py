"""Number to code to number, word to code to word; unknown ones too."""

import copy
import pickle

from hypothesis import given
from hypothesis import strategies as st

from pamkit.policy.control import parse_brackets, to_text
from pamkit.vocab.codes import CODES_BY_WORD, WORDS, ReturnCode, text
from pamkit.vocab.errors import refusal
from pamkit.vocab.families import SUN_CODES, from_sun, to_sun


@given(st.integers())
def test_every_number_comes_back(number: int) -> None:
    code = ReturnCode(number)
    assert (int(code), code.value) == (number, number)
    assert (ReturnCode(code), copy.copy(code)) == (code, code)
    assert pickle.loads(pickle.dumps(code)) == code  # noqa: S301  # our own bytes
    assert refusal(number).code == number
    assert text(number)


@given(st.sampled_from(WORDS))
def test_every_word_comes_back(word: str) -> None:
    assert WORDS[CODES_BY_WORD[word]] == word


@given(st.sampled_from(sorted(SUN_CODES)))
def test_codes_of_the_sun_family_come_back(code: ReturnCode) -> None:
    assert from_sun(to_sun(code)) is code


@given(st.integers())
def test_no_stranger_of_another_family_becomes_success(number: int) -> None:
    assert from_sun(number) != ReturnCode.SUCCESS or number == 0


@given(st.lists(st.integers(-5, 2**31 - 1), min_size=32, max_size=32))
def test_every_table_of_actions_comes_back(actions: list[int]) -> None:
    printed = to_text(tuple(actions))
    if printed.startswith("["):
        assert parse_brackets(printed[1:-1]).actions == tuple(actions)
