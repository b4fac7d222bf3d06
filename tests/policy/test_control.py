import pytest

from pamkit.policy.control import (
    ALL_BAD,
    KEYWORDS,
    Action,
    Control,
    action_word,
    parse_brackets,
    to_text,
)
from pamkit.vocab.codes import CODES_BY_WORD, ReturnCode

OK, DONE, BAD, DIE, RESET = Action.OK, Action.DONE, Action.BAD, Action.DIE, Action.RESET
IGNORE = Action.IGNORE


def table(rest: int, **named: int) -> tuple[int, ...]:
    actions = [rest] * 32
    for word, action in named.items():
        actions[CODES_BY_WORD[word]] = action
    return tuple(actions)


@pytest.mark.parametrize(
    ("keyword", "success", "new_authtok_reqd", "ignore", "others"),
    [
        ("required", OK, OK, IGNORE, BAD),
        ("requisite", OK, OK, IGNORE, DIE),
        ("sufficient", DONE, DONE, IGNORE, IGNORE),
        ("optional", OK, OK, IGNORE, IGNORE),
    ],
)
def test_a_keyword_is_a_table(
    keyword: str, success: Action, new_authtok_reqd: Action, ignore: Action, others: Action
) -> None:
    expected = table(others, success=success, new_authtok_reqd=new_authtok_reqd, ignore=ignore)
    assert KEYWORDS[keyword] == expected


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (table(BAD), ""),
        (table(BAD), " \t\n\v\f\r"),
        (table(BAD, success=OK), "success=ok"),
        (table(BAD, success=1), "success=1"),
        (table(BAD, success=2**31 - 1), "success=2147483647"),
        (table(BAD, success=7), "success=0007"),
        (table(BAD, success=7), "success=" + "0" * 5000 + "7"),
        (table(IGNORE, success=DONE), "success=done default=ignore"),
        (table(IGNORE, success=DONE), "default=ignore success=done"),
        (table(IGNORE, success=DONE), " success\v= done\fdefault =ignore "),
        (table(BAD, success=OK), "success=okdefault=bad"),
        (table(BAD, success=1), "success=1default=bad"),
        (table(DIE, success=OK), "success=ok default=die default=ignore"),
        (table(RESET, auth_err=OK), "auth_err=bad default=reset auth_err=ok"),
        (table(BAD, authtok_recover_err=IGNORE), "authtok_recover_err=ignore"),
        (table(BAD, incomplete=DIE), "incomplete=die"),
    ],
)
def test_brackets_are_read(expected: tuple[int, ...], text: str) -> None:
    assert (parse_brackets(text).actions, parse_brackets(text).problem) == (expected, "")


@pytest.mark.parametrize(
    ("problem", "at", "text"),
    [
        ("expected the name of a return code", 0, "required"),
        ("expected the name of a return code", 0, "success"),
        ("expected the name of a return code", 0, "Success=ok"),
        ("expected the name of a return code", 10, "success=ok, default=bad"),
        ("expected the name of a return code", 10, "success=okay"),
        ("expected the name of a return code", 0, "é"),
        ("expected `=`", 8, "success "),
        ("expected `=`", 7, "success:ok"),
        ("expected `=`", 9, "success  ok"),
        ("expected `=`", 11, "authtok_err_=ok"),
        ("expected an action or a number", 8, "success="),
        ("expected an action or a number", 9, "success= "),
        ("expected an action or a number", 8, "success=fine"),
        ("expected an action or a number", 8, "success=-1"),
        ("expected an action or a number", 8, "success=+1"),
        ("expected an action or a number", 8, "success=Ok"),
        ("expected an action or a number", 8, "success=\u0661"),
        ("expected a number of links from 1 to 2147483647", 8, "success=0"),
        ("expected a number of links from 1 to 2147483647", 8, "success=000"),
        ("expected a number of links from 1 to 2147483647", 8, "success=2147483648"),
        ("expected a number of links from 1 to 2147483647", 8, "success=" + "9" * 9999),
        ("expected the name of a return code", 0, "authtok_recovery_err=ok"),
    ],
)
def test_one_mistake_makes_all_bad(problem: str, at: int, text: str) -> None:
    if "recovery" in text:
        # `authtok_recover_err` is no prefix of the C name: the word is unknown.
        problem = "expected the name of a return code"
    assert parse_brackets(text) == Control(text, ALL_BAD, problem, at)


def test_a_mistake_at_the_end_loses_what_was_said_before() -> None:
    assert parse_brackets("default=ok success=") == Control(
        "default=ok success=", ALL_BAD, "expected an action or a number", 19
    )


def test_what_is_not_mentioned_is_bad_even_ignore() -> None:
    assert parse_brackets("success=ok").actions[ReturnCode.IGNORE] is BAD


@pytest.mark.parametrize(
    ("expected", "action"), [("ok", -1), ("reset", -5), ("ignore", 0), ("1", 1), ("30", 30)]
)
def test_actions_are_spelled_as_policies_do(expected: str, action: int) -> None:
    assert action_word(action) == expected


@pytest.mark.parametrize(
    ("expected", "actions"),
    [
        *((word, actions) for word, actions in KEYWORDS.items()),
        ("[default=bad]", ALL_BAD),
        ("[success=1 default=ignore]", table(IGNORE, success=1)),
        ("[success=ok ignore=reset default=die]", table(DIE, success=OK, ignore=RESET)),
    ],
)
def test_the_shortest_control_is_found(expected: str, actions: tuple[int, ...]) -> None:
    assert to_text(actions) == expected
