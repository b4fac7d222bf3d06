import pytest

from pamkit.policy.control import ALL_ACTION_WORDS, KEYWORDS, NOTE, SETTLE, Action, action_word
from pamkit.policy.dialect import (
    CALL,
    DEBIAN,
    DIALECTS,
    FAMILIES,
    LINK,
    LINUX,
    QUIRK_SETS,
    QUIRKS,
    START,
    dialect_named,
    quirks,
)
from pamkit.vocab.codes import ReturnCode


def test_dialects_are_found_by_name() -> None:
    assert {"linux": LINUX, "debian": DEBIAN} == DIALECTS


def test_a_quirk_stands_for_itself_and_a_set_for_its_members() -> None:
    assert quirks(["empty-include"]) == {"empty-include"}
    assert quirks(["libpam"]) == QUIRK_SETS["libpam"]
    assert quirks(["libpam", "short-lines"]) == QUIRK_SETS["libpam"] | {"short-lines"}
    assert quirks([]) == frozenset()


def test_the_older_libpam_has_every_quirk_but_those_of_other_families() -> None:
    others = {"setcred-after-refusal", "empty-facility", "unasked-required"}
    assert QUIRK_SETS["libpam"] < QUIRK_SETS["libpam-1.5"] == frozenset(QUIRKS) - others


def test_an_unknown_quirk_is_refused() -> None:
    with pytest.raises(KeyError, match="short-line"):
        quirks(["short-line"])


FIVE = ["required", "requisite", "sufficient", "optional", "binding"]


@pytest.mark.parametrize("name", [*DIALECTS, *FAMILIES])
def test_every_dialect_is_found_by_its_name(name: str) -> None:
    assert dialect_named(name).name == name


def test_an_unknown_dialect_is_no_dialect() -> None:
    with pytest.raises(KeyError, match="ultrix"):
        dialect_named("ultrix")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("openpam", FIVE),
        ("netbsd", FIVE),
        ("macos", FIVE),
        ("illumos", FIVE),
        ("solaris", [*FIVE, "definitive"]),
        ("cde", ["required", "sufficient", "optional"]),
        ("aix", ["required", "sufficient", "optional", "requisite"]),
        ("hpux", ["required", "sufficient", "optional"]),
        ("linux", []),
    ],
)
def test_each_family_has_its_own_control_words(name: str, words: list[str]) -> None:
    assert list(dict(dialect_named(name).keywords)) == words


@pytest.mark.parametrize("name", FAMILIES)
def test_no_word_of_any_family_counts_an_error_as_yes(name: str) -> None:
    yes = (Action.OK, Action.DONE, SETTLE)
    for word, actions in dialect_named(name).keywords:
        counting = [code for code in range(32) if actions[code] in yes or actions[code] > 0]
        assert counting == [ReturnCode.SUCCESS], word
        assert actions[ReturnCode.IGNORE] == Action.IGNORE, word
        assert len(actions) == 32, word


def test_only_sun_ends_the_call_where_anybody_says_try_again() -> None:
    ending = {
        name: all(
            actions[ReturnCode.TRY_AGAIN] == Action.DIE
            for _, actions in dialect_named(name).keywords
        )
        for name in FAMILIES
    }
    assert [name for name, ends in ending.items() if ends] == ["solaris", "illumos"]


def test_an_error_of_what_is_not_needed_is_noted() -> None:
    words = dict(dialect_named("openpam").keywords)
    assert words["optional"][ReturnCode.AUTH_ERR] == NOTE
    assert words["sufficient"][ReturnCode.NEW_AUTHTOK_REQD] == NOTE
    assert KEYWORDS["optional"][ReturnCode.AUTH_ERR] == Action.IGNORE


def test_actions_of_all_families_have_words() -> None:
    numbers = [*Action, NOTE, SETTLE]
    assert [action_word(number) for number in numbers] == list(ALL_ACTION_WORDS)


@pytest.mark.parametrize(
    ("name", "no_module", "no_function", "bad_line", "no_lines"),
    [
        ("linux", "LINK MODULE_UNKNOWN", "LINK MODULE_UNKNOWN", "LINK PERM_DENIED", CALL),
        ("openpam", "START SYSTEM_ERR", "LINK SYMBOL_ERR", "START SYSTEM_ERR", START),
        ("macos", "START SYSTEM_ERR", "LINK MODULE_UNKNOWN", "START SYSTEM_ERR", CALL),
        ("illumos", "CALL OPEN_ERR", "CALL SYMBOL_ERR", "CALL SYSTEM_ERR", CALL),
        ("solaris", "CALL OPEN_ERR", "CALL SYMBOL_ERR", "CALL SYSTEM_ERR", CALL),
        ("cde", "LINK MODULE_UNKNOWN", "LINK MODULE_UNKNOWN", "LINK IGNORE", CALL),
    ],
)
def test_how_far_a_fault_goes(
    name: str, no_module: str, no_function: str, bad_line: str, no_lines: int
) -> None:
    dialect = dialect_named(name)
    reaches = {LINK: "LINK", CALL: "CALL", START: "START"}
    found = [
        f"{reaches[reach]} {ReturnCode(code).name}"
        for reach, code in (dialect.no_module, dialect.no_function, dialect.bad_line)
    ]
    assert found == [no_module, no_function, bad_line]
    assert dialect.no_lines[0] == no_lines


def test_four_libraries_pass_over_what_cannot_be_asked() -> None:
    names = (*DIALECTS, *FAMILIES)
    passing = [name for name in names if dialect_named(name).passes_unasked]
    assert passing == ["macos", "cde", "aix", "hpux"]


def test_only_linux_follows_an_earlier_path_and_counts_jumps() -> None:
    names = (*DIALECTS, *FAMILIES)
    assert [name for name in names if dialect_named(name).replays] == ["linux", "debian"]
    assert [name for name in names if dialect_named(name).jump_counts] == ["linux"]
