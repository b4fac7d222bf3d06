from __future__ import annotations

import pytest

from pamkit.engine.driver import NotYet, Performer
from pamkit.module.effect import Ask
from pamkit.testing.outside import StandInOutside
from pamkit.testing.script import Line, Script, error, hidden, info, later, visible
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Message, Style
from pamkit.vocab.secret import Secret

PASSWORD = Message(Style.PROMPT_ECHO_OFF, "Password: ")
LOGIN = Message(Style.PROMPT_ECHO_ON, "login: ")
HELLO = Message(Style.TEXT_INFO, "Hello")
NO = Message(Style.ERROR_MSG, "No")


def test_lines_are_played_in_order_and_what_was_heard_is_kept() -> None:
    with Script(
        info("Hello"), visible("login: ", "alice"), hidden("Password: ", b"p"), error("No")
    ) as script:
        assert script((HELLO, LOGIN)) == [None, "alice"]
        assert script((PASSWORD,)) == [b"p"]
        assert script((NO,)) == [None]
    assert script.heard == [HELLO, LOGIN, PASSWORD, NO]


@pytest.mark.parametrize(
    "message",
    [
        HELLO,
        Message(Style.PROMPT_ECHO_ON, "Password: "),
        Message(Style.PROMPT_ECHO_OFF, "Password:"),
    ],
)
def test_another_style_or_text_fails_the_test(message: Message) -> None:
    script = Script(hidden("Password: ", "p"))
    with pytest.raises(AssertionError, match="expected PROMPT_ECHO_OFF `Password: `, found"):
        script((message,))
    with pytest.raises(AssertionError, match="expected PROMPT_ECHO_OFF `Password: `, found"):
        script.assert_used_up()


def test_a_message_after_the_last_line_fails_the_test_even_if_nobody_looks_at_once() -> None:
    script = Script()
    performer = Performer(script, StandInOutside())
    assert performer(Ask((HELLO,))) == (ReturnCode.CONV_ERR, ())
    with pytest.raises(AssertionError, match="expected nothing, found TEXT_INFO `Hello`"), script:
        pass


def test_lines_that_are_left_fail_the_test() -> None:
    with pytest.raises(
        AssertionError, match="never asked: PROMPT_ECHO_OFF `a`; never asked: ERROR_MSG `b`"
    ):
        with Script(hidden("a", "p"), error("b")):
            pass


def test_another_failure_is_not_hidden_by_lines_that_are_left() -> None:
    with pytest.raises(ZeroDivisionError), Script(hidden("a", "p")):
        raise ZeroDivisionError


def test_exceptions_are_played_too() -> None:
    with Script(hidden("Password: ", EOFError()), hidden("Password: ", "p")) as script:
        with pytest.raises(EOFError):
            script((PASSWORD,))
        assert script((PASSWORD,)) == ["p"]


def test_an_answer_may_come_later() -> None:
    with Script(later(Style.PROMPT_ECHO_OFF, "Password: "), hidden("Password: ", "p")) as script:
        with pytest.raises(NotYet):
            script((PASSWORD,))
        assert script((PASSWORD,)) == ["p"]


def test_a_line_does_not_show_a_secret() -> None:
    assert "hunter2" not in repr(hidden("Password: ", Secret("hunter2")))
    assert Line(Style.TEXT_INFO, "Hello") == info("Hello")
