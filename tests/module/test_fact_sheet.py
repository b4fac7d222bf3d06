from __future__ import annotations

from typing import Any

import pytest

from pamkit.module.fact_sheet import FACTS, BadSheet, sheet_from
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item

SHEET: dict[str, Any] = {
    "name": "pam_foreign",
    "summary": "Be somebody else's",
    "source": "pam_foreign(8)",
    "answers": {"authenticate": "success auth_err", "setcred": "ignore"},
    "options": [
        {"word": "try_first", "phrase": "look first"},
        {"word": "retry=", "kind": "number", "phrase": "how often", "default": 3},
        {"word": "conf=", "kind": "path", "phrase": "a file", "value": "file"},
        {"kind": "rest", "phrase": "the others"},
    ],
    "facts": ["asks-user", {"name": "asks-secret", "when": {"try_first": False}}],
    "reads": ["user"],
    "sets": ["authtok"],
    "files": ["/etc/foreign"],
    "examples": [{"service": "login", "line": "auth required pam_foreign.so"}],
}


def test_a_sheet_says_what_a_declaration_says() -> None:
    made = sheet_from(SHEET).declaration
    assert made.name == "pam_foreign"
    assert made.answers == {
        Primitive.AUTHENTICATE: frozenset({ReturnCode.SUCCESS, ReturnCode.AUTH_ERR}),
        Primitive.SETCRED: frozenset({ReturnCode.IGNORE}),
    }
    assert made.reads == {Item.USER}
    assert made.sets == {Item.AUTHTOK}
    assert made.files == ("/etc/foreign",)
    assert made.examples[0].line == "auth required pam_foreign.so"


def test_options_of_a_sheet_are_read_like_those_of_a_module() -> None:
    options = sheet_from(SHEET).declaration.options
    parsed, problems = options.parse(["retry=5", "try_first", "conf=x", "more"])
    values = [getattr(parsed, field) for field in ("try_first", "retry", "conf", "words")]
    assert values == [True, 5, "", ("more",)]
    assert [problem.rule for problem in problems] == ["bad-option-value"]


def test_an_option_of_a_sheet_counts_where_the_sheet_says() -> None:
    deny = {"word": "deny=", "phrase": "x", "kind": "number", "facilities": ["auth", "account"]}
    made = sheet_from({**SHEET, "facts": [], "options": [deny, {"word": "x", "phrase": "x"}]})
    homes = {word: option.facilities for word, option in made.declaration.options.stated().items()}
    assert homes == {"deny": ("auth", "account"), "x": ()}


def test_a_fact_with_a_condition_holds_where_the_condition_does() -> None:
    made = sheet_from(SHEET).declaration
    held = {
        args: made.fact("asks-secret", made.options.parse(args)[0]) for args in ((), ("try_first",))
    }
    assert held == {(): True, ("try_first",): False}
    assert made.fact("asks-user", made.options.parse([])[0])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "foreign"}, "name: expected a name like `pam_x`, found `foreign`"),
        ({"name": 5}, "name: expected a string, found `5`"),
        ({"summary": ""}, "summary, source: expected a sentence without a full stop"),
        ({"summary": "Do it."}, "summary, source: expected a sentence without a full stop"),
        ({"source": ""}, "summary, source: expected a sentence without a full stop"),
        ({"replaced_by": 1}, "replaced_by: expected a string, found `1`"),
        ({"nothing": 1}, "a sheet has no `nothing`"),
        ({"answers": {}}, "answers: a module serves at least one primitive"),
        ({"answers": {"authenticate": ""}}, "answers.authenticate: expected the words of codes"),
        ({"answers": {"login": "success"}}, "there is no primitive `login`: expected one of "),
        ({"answers": {"setcred": "yes"}}, "answers: `yes` names no return code"),
        ({"facts": ["wise"]}, "there is no fact `wise`: expected one of "),
        ({"facts": [7]}, "facts: expected names or tables, found `7`"),
        ({"facts": [{"name": "asks-user", "if": 1}]}, "the fact `asks-user` has no `if`"),
        (
            {"facts": [{"name": "asks-user", "when": {"x": 1}}]},
            "there is no option `x`: expected one of ",
        ),
        ({"reads": ["shoe"]}, "there is no item `shoe`: expected one of "),
        ({"files": [1]}, "files: expected strings, found `1`"),
        ({"options": [3]}, "options: expected tables, found `3`"),
        ({"options": [{"word": "x"}]}, "options: `x` needs a word and a phrase"),
        ({"options": [{"phrase": "x"}]}, "options: `` needs a word and a phrase"),
        (
            {"options": [{"word": "x", "phrase": "x", "kind": "rest"}]},
            "options: `x` needs a word and a phrase",
        ),
        (
            {"options": [{"word": "x", "phrase": "x", "kind": "odd"}]},
            "there is no kind of option `odd`: expected one of ",
        ),
        ({"options": [{"word": "x", "phrase": "x", "y": 1}]}, "the option `x` has no `y`"),
        (
            {"options": [{"word": "x", "phrase": "x", "value": "v"}]},
            "options: a flag takes no `value`",
        ),
        (
            {"options": [{"word": "x", "phrase": "x"}, {"word": "x", "phrase": "y"}]},
            "options: `x` is there twice",
        ),
        (
            {"options": [{"word": "x", "phrase": "x", "facilities": ["odd"]}]},
            "there is no facility `odd`: expected one of account, auth, password, session",
        ),
        ({"examples": [{"service": "login"}]}, "examples: an example needs a service and a line"),
    ],
)
def test_a_sheet_that_cannot_be_says_why(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadSheet) as odd:
        sheet_from({**SHEET, "facts": [], **changes})
    assert str(odd.value).startswith(said)


def test_every_fact_can_be_stated() -> None:
    from pamkit.module import facts

    assert facts.PROVES_IDENTITY in FACTS.values()
    assert len(FACTS) == len({fact.name for fact in FACTS.values()}) > 10
