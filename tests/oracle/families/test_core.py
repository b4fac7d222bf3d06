"""What compiled libraries said, against whole transactions of ours."""

from __future__ import annotations

from typing import Any

import pytest

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare
from pamkit.module.registry import Module
from pamkit.policy.chain import Chain, Link
from pamkit.policy.compile import Compiled
from pamkit.policy.dialect import dialect_named, rules_of
from pamkit.policy.families.unasked import passed_over, passes_over
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.facility import Facility, Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.span import Span
from tests.oracle.families.recorded import Said, calls_of, to_text
from tests.oracle.families.stacks import Whole

PRIMITIVES = {
    "authenticate": Primitive.AUTHENTICATE,
    "setcred": Primitive.SETCRED,
    "account": Primitive.ACCT_MGMT,
    "open": Primitive.OPEN_SESSION,
    "close": Primitive.CLOSE_SESSION,
    "chauthtok": Primitive.CHAUTHTOK,
}
_EVERY = " ".join(WORDS)


def transaction(dialect: str, words: list[str], modules: list[Module], *, quirk: str = "") -> Trial:
    """Return a transaction whose facilities all have an entry for each word and module."""
    spoken = dialect_named(dialect)
    quirks = frozenset({quirk}) if quirk else frozenset()
    actions, rules = dict(spoken.keywords), rules_of(spoken, quirks)
    if passes_over(spoken, quirks):
        actions = {word: passed_over(table) for word, table in actions.items()}
    links = tuple(
        Link(number, f"pam_m{number}.so", (), actions[word], word, Span("policy", number + 1))
        for number, word in enumerate(words)
    )
    chains = {each: Chain(each, "test", links, rules) for each in Facility}
    compiled = Compiled(None, chains)  # type: ignore[arg-type]  # nobody reads the trees
    return Trial("", *modules, dialect=spoken, quirks=quirks, load=lambda _: compiled)


def probe(number: int, first: str, second: str, asked: tuple[list[int], list[int]]) -> Module:
    """Return a module that answers so in the first and the second pass, and notes that it was."""

    async def hook(call: ModuleCall[Any]) -> ReturnCode:
        is_second = bool(call.flags & Flag.UPDATE_AUTHTOK)
        asked[is_second].append(number)
        return ReturnCode[second if is_second else first]

    declaration = declare(f"pam_m{number}", answers=dict.fromkeys(Primitive, _EVERY), examples=[])
    return Module(f"pam_m{number}", declaration, dict.fromkeys(Primitive, hook))


def said(dialect: str, call: Whole) -> Said:
    """Return what a program hears of ours, and who was asked."""
    asked: tuple[list[int], list[int]] = ([], [])
    modules = [
        probe(number, one.answer, two.answer, asked)
        for number, (one, two) in enumerate(zip(call.first, call.second, strict=True))
    ]
    words = [line.word for line in call.first]
    trial = transaction(dialect, words, modules, quirk="update-unchecked")
    code = trial.call(PRIMITIVES[call.call])
    return Said(code.name, tuple(asked[0]), tuple(asked[1]))


@pytest.mark.parametrize("dialect", ["openpam", "macos", "illumos", "cde"])
def test_a_transaction_does_what_the_library_did(dialect: str) -> None:
    wrong = []
    for call, theirs in calls_of(dialect):
        ours = said(dialect, call)
        # CDE tells of an update that nobody did well with an error that was noted in the check.
        told = dialect == "cde" and theirs.second and "SUCCESS" not in (ours.code, theirs.code)
        if ours != (theirs._replace(code=ours.code) if told else theirs):
            wrong.append(f"{to_text(call, theirs)}: {ours}")
    assert wrong == []


SETCRED, CLOSE = Primitive.SETCRED, Primitive.CLOSE_SESSION


@pytest.mark.parametrize(
    ("dialect", "code"),
    [
        ("openpam", "SYSTEM_ERR"),
        ("macos", "AUTH_ERR"),
        ("illumos", "SYSTEM_ERR"),
        ("solaris", "SYSTEM_ERR"),
        ("cde", "SYSTEM_ERR"),
    ],
)
def test_a_facility_without_lines_is_refused(dialect: str, code: str) -> None:
    assert transaction(dialect, [], []).call(Primitive.AUTHENTICATE).name == code


@pytest.mark.parametrize(
    ("dialect", "word", "code", "asked"),
    [
        ("openpam", "optional", "SYSTEM_ERR", 0),
        ("macos", "optional", "SYSTEM_ERR", 0),
        ("illumos", "optional", "OPEN_ERR", 0),
        ("solaris", "required", "OPEN_ERR", 0),
        ("cde", "required", "SUCCESS", 1),
        ("cde", "optional", "SUCCESS", 1),
        ("aix", "requisite", "SUCCESS", 1),
        ("hpux", "required", "SUCCESS", 1),
    ],
)
def test_a_module_that_is_not_there(dialect: str, word: str, code: str, asked: int) -> None:
    heard: tuple[list[int], list[int]] = ([], [])
    there = probe(1, "SUCCESS", "SUCCESS", heard)
    trial = transaction(dialect, [word, "required"], [there], quirk="unasked-required")
    assert trial.call(Primitive.AUTHENTICATE).name == code
    assert len(heard[0]) == asked


@pytest.mark.parametrize(
    ("dialect", "word", "code", "asked"),
    [
        ("cde", "required", "MODULE_UNKNOWN", 1),
        ("cde", "optional", "SUCCESS", 1),
        ("cde", "sufficient", "SUCCESS", 1),
        ("aix", "required", "MODULE_UNKNOWN", 1),
        ("aix", "requisite", "MODULE_UNKNOWN", 0),
        ("hpux", "required", "MODULE_UNKNOWN", 1),
    ],
)
@pytest.mark.parametrize("is_there", [True, False])
def test_what_cannot_be_asked_refuses_where_it_is_required(
    dialect: str, word: str, code: str, asked: int, *, is_there: bool
) -> None:
    heard: tuple[list[int], list[int]] = ([], [])
    there = probe(1, "SUCCESS", "SUCCESS", heard)
    deaf = probe(0, "SUCCESS", "SUCCESS", heard).changed(hooks={})
    trial = transaction(dialect, [word, "required"], [*[deaf] * is_there, there])
    assert trial.call(Primitive.AUTHENTICATE).name == code
    assert heard == ([1] * asked, [])


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("required", "MODULE_UNKNOWN"),
        ("requisite", "MODULE_UNKNOWN"),
        ("binding", "MODULE_UNKNOWN"),
        ("sufficient", "SUCCESS"),
        ("optional", "SUCCESS"),
    ],
)
@pytest.mark.parametrize("primitive", Primitive)
def test_a_module_of_macos_without_the_function(word: str, code: str, primitive: Primitive) -> None:
    heard: tuple[list[int], list[int]] = ([], [])
    deaf = probe(0, "SUCCESS", "SUCCESS", heard).changed(hooks={})
    whole = probe(1, "SUCCESS", "SUCCESS", heard)
    told = transaction("macos", [word, "required"], [deaf, whole]).call(primitive)
    quirk = "unasked-required"
    passed = transaction("macos", [word, "required"], [deaf, whole], quirk=quirk).call(primitive)
    assert [told.name, passed.name] == [code, "SUCCESS"]


@pytest.mark.parametrize(
    ("dialect", "code", "optional"),
    [
        ("openpam", "SYMBOL_ERR", "SUCCESS"),
        ("macos", "SUCCESS", "SUCCESS"),
        ("illumos", "SYMBOL_ERR", "SYMBOL_ERR"),
        ("cde", "SUCCESS", "SUCCESS"),
    ],
)
def test_a_module_without_setcred(dialect: str, code: str, optional: str) -> None:
    asked: tuple[list[int], list[int]] = ([], [])
    there, whole = (probe(number, "SUCCESS", "SUCCESS", asked) for number in (0, 1))
    hooks = {each: hook for each, hook in there.hooks.items() if each is not SETCRED}
    half = there.changed(hooks=hooks)
    quirk = "unasked-required"
    told = [
        transaction(dialect, [word, "required"], [half, whole], quirk=quirk).call(SETCRED).name
        for word in ("required", "optional")
    ]
    assert told == [code, optional]


@pytest.mark.parametrize(
    ("dialect", "code"),
    [("openpam", 2033), ("macos", 2033), ("illumos", ReturnCode.SYMBOL_ERR), ("linux", 4)],
)
def test_an_application_that_chooses_the_pass(dialect: str, code: int) -> None:
    words = ["required"] if dialect != "linux" else []
    trial = transaction(dialect, words, [])
    assert trial.call(Primitive.CHAUTHTOK, Flag.PRELIM_CHECK) == code


@pytest.mark.parametrize("dialect", ["openpam", "macos", "illumos", "cde"])
def test_setcred_grants_nothing_behind_a_refused_authenticate(dialect: str) -> None:
    asked: tuple[list[int], list[int]] = ([], [])
    trial = transaction(dialect, ["required"], [probe(0, "AUTH_ERR", "SUCCESS", asked)])
    assert trial.call(Primitive.AUTHENTICATE) is ReturnCode.AUTH_ERR
    assert trial.call(SETCRED, Flag.ESTABLISH_CRED) is ReturnCode.PERM_DENIED
    assert asked[0] == [0]


@pytest.mark.parametrize("dialect", ["openpam", "macos", "illumos", "cde"])
def test_a_quirk_judges_setcred_alone(dialect: str) -> None:
    asked: tuple[list[int], list[int]] = ([], [])
    module = probe(0, "AUTH_ERR", "SUCCESS", asked)
    granting = probe(0, "SUCCESS", "SUCCESS", asked).hooks[SETCRED]
    module = module.changed(hooks={**module.hooks, SETCRED: granting})
    trial = transaction(dialect, ["required"], [module], quirk="setcred-after-refusal")
    assert trial.call(Primitive.AUTHENTICATE) is ReturnCode.AUTH_ERR
    assert trial.call(SETCRED, Flag.ESTABLISH_CRED) is ReturnCode.SUCCESS
    assert asked[0] == [0, 0]


@pytest.mark.parametrize("primitive", Primitive)
def test_a_quirk_lets_illumos_grant_where_a_facility_has_no_lines(primitive: Primitive) -> None:
    quirk = "empty-facility"
    assert transaction("illumos", [], [], quirk=quirk).call(primitive) is ReturnCode.SUCCESS
    for dialect in ("solaris", "cde", "openpam", "macos"):
        code = transaction(dialect, [], [], quirk=quirk).call(primitive)
        assert code is not ReturnCode.SUCCESS


@pytest.mark.parametrize("dialect", ["openpam", "macos", "illumos", "cde"])
def test_close_follows_no_path(dialect: str) -> None:
    asked: tuple[list[int], list[int]] = ([], [])
    first = probe(0, "SUCCESS", "SUCCESS", asked)
    trial = transaction(
        dialect, ["sufficient", "required"], [first, probe(1, "SESSION_ERR", "", asked)]
    )
    assert trial.call(Primitive.OPEN_SESSION) is ReturnCode.SUCCESS
    assert trial.call(CLOSE) is ReturnCode.SUCCESS
    assert asked[0] == [0, 0]
