"""Every dialect against a model that agreed with compiled libraries, and against what two said."""

import itertools

import pytest

from tests.oracle.families import model, ours
from tests.oracle.families.__main__ import differences
from tests.oracle.families.model import Line
from tests.oracle.families.recorded import FOLDER, Said, calls_of, to_text

FOUR = ("linux", "openpam", "macos", "illumos")


@pytest.mark.parametrize("dialect", model.DIALECTS)
def test_a_dialect_asks_and_answers_as_its_model(dialect: str) -> None:
    assert differences(dialect, cases=24_000) == []


@pytest.mark.parametrize("dialect", ["openpam", "macos", "illumos", "cde"])
def test_a_dialect_does_what_its_library_did(dialect: str) -> None:
    calls = calls_of(dialect)
    wrong = [
        to_text(call, said)
        for call, said in calls
        if not _same(dialect, ours.whole(dialect, call), said)
    ]
    assert len(calls) == 500
    assert wrong == []


def _same(dialect: str, ours: Said, theirs: Said) -> bool:
    """Whether both say the same, and asked the same.

    CDE tells of an update that nobody did well with the error that was noted in the check.
    """
    if dialect == "cde" and theirs.second and theirs.code != "SUCCESS":
        theirs = theirs._replace(code=ours.code if ours.code != "SUCCESS" else theirs.code)
    return ours == theirs


@pytest.mark.parametrize("dialect", ["openpam", "macos", "illumos", "cde"])
def test_a_recorded_call_is_read_as_it_was_written(dialect: str) -> None:
    lines = (FOLDER / f"{dialect}.txt").read_text().splitlines()
    assert [to_text(*call) for call in calls_of(dialect)] == lines


def test_of_400_stacks_53_pass_on_macos_only_and_16_on_illumos_only() -> None:
    alike = 0
    passes: dict[tuple[str, ...], int] = {}
    words = model.WORDS_OF["linux"]
    first, second = (
        [Line(*each) for each in itertools.product(words, (*_GOOD, failure))]
        for failure in ("AUTH_ERR", "PERM_DENIED")
    )
    for stack in itertools.product(first, second):
        said = {dialect: ours.evaluate(dialect, "account", stack) for dialect in FOUR}
        alike += len(set(said.values())) == 1
        passing = tuple(dialect for dialect in FOUR if said[dialect].code == "SUCCESS")
        passes[passing] = passes.get(passing, 0) + 1
    assert alike == 268
    assert passes.pop(()) + passes.pop(FOUR) == 331
    assert passes == {("macos",): 53, ("illumos",): 16}


_GOOD = ("SUCCESS", "IGNORE", "NEW_AUTHTOK_REQD")

# One line a stack, a column a dialect: linux, openpam, macos, illumos, cde.
SINGLE = {
    "required IGNORE": "PERM_DENIED SYSTEM_ERR SUCCESS ACCT_EXPIRED ACCT_EXPIRED",
    "optional IGNORE": "PERM_DENIED SYSTEM_ERR SUCCESS ACCT_EXPIRED ACCT_EXPIRED",
    "sufficient AUTH_ERR": "PERM_DENIED SYSTEM_ERR SUCCESS AUTH_ERR AUTH_ERR",
    "optional ABORT": "PERM_DENIED SYSTEM_ERR SUCCESS ABORT ABORT",
    "sufficient NEW_AUTHTOK_REQD": " ".join(("NEW_AUTHTOK_REQD",) * 5),
    "required NEW_AUTHTOK_REQD": " ".join(("NEW_AUTHTOK_REQD",) * 5),
    "required TRY_AGAIN": " ".join(("TRY_AGAIN",) * 5),
}

PAIRS = {
    "required NEW_AUTHTOK_REQD, required PERM_DENIED": (
        "PERM_DENIED NEW_AUTHTOK_REQD NEW_AUTHTOK_REQD NEW_AUTHTOK_REQD NEW_AUTHTOK_REQD"
    ),
    "optional AUTH_ERR, required PERM_DENIED": " ".join(("PERM_DENIED",) * 5),
    "optional AUTH_ERR, optional PERM_DENIED": "PERM_DENIED SYSTEM_ERR SUCCESS AUTH_ERR AUTH_ERR",
    "required IGNORE, sufficient PERM_DENIED": (
        "PERM_DENIED SYSTEM_ERR SUCCESS PERM_DENIED PERM_DENIED"
    ),
    "sufficient AUTH_ERR, sufficient NEW_AUTHTOK_REQD": (
        "NEW_AUTHTOK_REQD SYSTEM_ERR SUCCESS AUTH_ERR AUTH_ERR"
    ),
    "optional NEW_AUTHTOK_REQD, required SUCCESS": (
        "NEW_AUTHTOK_REQD NEW_AUTHTOK_REQD NEW_AUTHTOK_REQD SUCCESS SUCCESS"
    ),
    "optional TRY_AGAIN, required SUCCESS": "SUCCESS SUCCESS SUCCESS TRY_AGAIN SUCCESS",
}


@pytest.mark.parametrize(("stack", "codes"), [*SINGLE.items(), *PAIRS.items()])
def test_stacks_that_the_families_judge_differently(stack: str, codes: str) -> None:
    lines = tuple(Line(*each.split()) for each in stack.split(", "))
    said = [ours.evaluate(dialect, "account", lines).code for dialect in (*FOUR, "cde")]
    assert " ".join(said) == codes


def test_where_requisite_fails_openpam_tells_the_first_error_of_all() -> None:
    stack = (Line("optional", "AUTH_ERR"), Line("requisite", "PERM_DENIED"))
    said = {dialect: ours.evaluate(dialect, "account", stack).code for dialect in FOUR}
    others = {"linux": "PERM_DENIED", "illumos": "PERM_DENIED"}
    assert said == {"openpam": "AUTH_ERR", "macos": "AUTH_ERR"} | others


@pytest.mark.parametrize(
    ("call", "asked"),
    [
        ("authenticate", {"openpam": 1, "macos": 1, "illumos": 1, "cde": 1}),
        ("setcred", {"openpam": 2, "macos": 2, "illumos": 1, "cde": 2}),
        ("preliminary", {"openpam": 2, "macos": 2, "illumos": 1, "cde": 1}),
        ("update", {"openpam": 1, "macos": 1, "illumos": 1, "cde": 1}),
        ("close", {"openpam": 1, "macos": 1, "illumos": 1, "cde": 1}),
    ],
)
def test_where_a_sufficient_yes_ends_the_call(call: str, asked: dict[str, int]) -> None:
    stack = (Line("sufficient", "SUCCESS"), Line("required", "SUCCESS"))
    assert {dialect: ours.evaluate(dialect, call, stack).asked for dialect in asked} == asked


@pytest.mark.parametrize(
    ("stack", "code"),
    [
        ("definitive SUCCESS, required AUTH_ERR", "SUCCESS"),
        ("definitive IGNORE, required SUCCESS", "SUCCESS"),
        ("definitive AUTH_ERR, sufficient SUCCESS", "AUTH_ERR"),
        ("required PERM_DENIED, definitive SUCCESS, sufficient SUCCESS", "PERM_DENIED"),
        ("optional AUTH_ERR, definitive SUCCESS, required PERM_DENIED", "SUCCESS"),
    ],
)
def test_definitive_is_the_last_word(stack: str, code: str) -> None:
    lines = tuple(Line(*each.split()) for each in stack.split(", "))
    said = ours.evaluate("solaris", "authenticate", lines)
    assert said == (code, len(lines) - ("IGNORE" not in stack))
