import pytest

from pamkit.vocab.message import PROMPTS, Message, Style


@pytest.mark.parametrize("style", list(Style))
def test_prompts_want_an_answer_and_news_do_not(style: Style) -> None:
    assert (style in PROMPTS) == Message(style, "x").wants_answer


def test_errors_and_information_are_news() -> None:
    assert {Style.ERROR_MSG, Style.TEXT_INFO} == set(Style) - PROMPTS
