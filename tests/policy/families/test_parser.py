"""Lines to entries, family by family: every row of the reference's table of lines."""

from __future__ import annotations

import pytest

from pamkit.policy.dialect import dialect_named
from pamkit.policy.families.parser import parse_family
from pamkit.policy.syntax import Entry, Kind, PolicyFile
from pamkit.policy.words import MAX_LINES
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

FATAL = ("openpam", "netbsd", "macos", "solaris", "illumos")
LENIENT = ("cde", "aix", "hpux")
SUN = ("solaris", "illumos", *LENIENT)


def parsed(text: str, dialect: str, *, with_service: bool = False) -> PolicyFile:
    return parse_family(text, "f", dialect_named(dialect), with_service=with_service)


def entry(text: str, dialect: str, *, with_service: bool = False) -> Entry:
    (found,) = parsed(f"{text}\n", dialect, with_service=with_service).entries
    return found


def rules(file: PolicyFile) -> list[tuple[str, Severity, str]]:
    return [(found.rule, found.severity, str(found.span)) for found in file.findings]


@pytest.mark.parametrize("dialect", [*FATAL, *LENIENT])
def test_a_line_has_four_columns(dialect: str) -> None:
    found = entry("session optional pam_x.so.1 a b=c", dialect)
    assert (found.kind, found.facility, found.quiet) == (Kind.MODULE, Facility.SESSION, False)
    assert found.control.text == "optional"
    assert found.target is not None
    assert found.target.text == "pam_x.so.1"
    assert [word.text for word in found.args] == ["a", "b=c"]
    assert not found.must_fail
    assert found.service is None


@pytest.mark.parametrize("dialect", [*FATAL, *LENIENT])
def test_a_file_for_all_services_has_one_more(dialect: str) -> None:
    found = entry("login auth required x.so", dialect, with_service=True)
    assert found.service is not None
    assert found.service.text == "login"
    assert found.facility is Facility.AUTH
    assert str(found.span) == "f:1:1"


@pytest.mark.parametrize(
    ("dialect", "words"),
    [
        ("openpam", ["required", "requisite", "sufficient", "optional", "binding", "include"]),
        ("netbsd", ["required", "requisite", "sufficient", "optional", "binding", "include"]),
        ("macos", ["required", "requisite", "sufficient", "optional", "binding", "include"]),
        ("illumos", ["required", "requisite", "sufficient", "optional", "binding", "include"]),
        ("solaris", ["requisite", "binding", "definitive", "include"]),
        ("cde", ["required", "sufficient", "optional"]),
        ("aix", ["required", "requisite", "sufficient", "optional"]),
        ("hpux", ["required", "sufficient", "optional"]),
    ],
)
def test_every_family_has_its_controls(dialect: str, words: list[str]) -> None:
    table = dict(dialect_named(dialect).keywords)
    for word in words:
        found = entry(f"auth {word} x", dialect)
        assert found.control.text == word
        assert (found.kind is Kind.INCLUDE) == (word == "include")
        assert word == "include" or found.control.actions == table[word]


@pytest.mark.parametrize(
    ("dialect", "word"),
    [
        ("openpam", "definitive"),
        ("openpam", "substack"),
        ("macos", "[success=ok"),
        ("illumos", "definitive"),
        ("solaris", "substack"),
        ("openpam", "Required"),  # exact, says 1.2
        ("openpam", "INCLUDE"),
        ("cde", "requisite"),
        ("cde", "binding"),
        ("cde", "include"),
        ("aix", "binding"),
        ("aix", "include"),
        ("hpux", "include"),
    ],
)
def test_and_no_others(dialect: str, word: str) -> None:
    file = parsed(f"auth {word} x\n", dialect)
    assert rules(file) == [("unknown-control", Severity.ERROR, "f:1:6")]


@pytest.mark.parametrize("dialect", ["macos", *SUN])
def test_case_does_not_matter_to_these(dialect: str) -> None:
    found = entry("AUTH Required X.so", dialect)
    assert found.facility is Facility.AUTH
    assert found.control.actions == dict(dialect_named(dialect).keywords)["required"]
    assert found.control.text == "Required"


@pytest.mark.parametrize("dialect", ["openpam", "netbsd"])
def test_case_matters_to_openpam(dialect: str) -> None:
    assert rules(parsed("Auth required x\n", dialect)) == [
        ("unknown-facility", Severity.ERROR, "f:1:1")
    ]


def test_a_dash_is_known_to_the_newest_openpam_alone() -> None:
    found = entry("-auth required x", "openpam")
    assert (found.quiet, found.facility) == (True, Facility.AUTH)
    for dialect in ("netbsd", "macos", *SUN):
        assert rules(parsed("-auth required x\n", dialect))[0][0] == "unknown-facility"


BAD = [
    pytest.param("auht required x", "unknown-facility", "f:1:1", id="unknown facility"),
    pytest.param("auth", "missing-control", "f:1:1", id="no control"),
    pytest.param("auth requird x", "unknown-control", "f:1:6", id="unknown control"),
    pytest.param("auth required", "missing-module", "f:1:6", id="no module"),
]


@pytest.mark.parametrize(("line", "rule", "place"), BAD)
@pytest.mark.parametrize("dialect", FATAL)
def test_a_bad_line_refuses_the_service_in_these(
    dialect: str, line: str, rule: str, place: str
) -> None:
    file = parsed(f"{line}\naccount required y\n", dialect)
    assert rules(file) == [(rule, Severity.ERROR, place)]
    assert [found.must_fail for found in file.entries] == [True, False]


@pytest.mark.parametrize(("line", "rule", "place"), BAD)
@pytest.mark.parametrize("dialect", LENIENT)
def test_a_bad_line_is_left_out_in_these(dialect: str, line: str, rule: str, place: str) -> None:
    file = parsed(f"{line}\naccount required y\n", dialect)
    assert rules(file) == [(rule, Severity.ERROR, place)]
    assert [found.facility for found in file.entries] == [Facility.ACCOUNT]
    assert file.lines[0].words[0].text == line.split()[0]


@pytest.mark.parametrize("dialect", [*FATAL, *LENIENT])
def test_a_line_of_nothing_but_a_service(dialect: str) -> None:
    file = parsed("login\n", dialect, with_service=True)
    severity = Severity.WARNING if dialect == "macos" else Severity.ERROR
    assert rules(file) == [("missing-facility", severity, "f:1:1")]
    # macOS compares a word with the blank behind it, and so finds no service here.
    assert bool(file.entries) == (dialect in FATAL and dialect != "macos")


@pytest.mark.parametrize(
    ("dialect", "text", "found"),
    [
        ("openpam", "auth include", [("missing-file", Severity.ERROR, "f:1:6")]),
        ("openpam", "auth include ../x", [("missing-file", Severity.ERROR, "f:1:14")]),
        ("openpam", "auth include sy:tem", [("missing-file", Severity.ERROR, "f:1:14")]),
        ("openpam", "auth include a b", [("ignored-words", Severity.ERROR, "f:1:16")]),
        ("macos", "auth include", [("missing-file", Severity.ERROR, "f:1:6")]),
        ("macos", "auth include a/b", [("missing-file", Severity.ERROR, "f:1:14")]),
        ("macos", "auth include sy:tem", []),
        ("macos", "auth include a b", [("ignored-words", Severity.WARNING, "f:1:16")]),
        ("illumos", "auth include", [("missing-file", Severity.ERROR, "f:1:6")]),
        ("illumos", "auth include /etc/a", []),
        ("illumos", "auth include a/b", []),
        ("solaris", "auth include a b", [("ignored-words", Severity.WARNING, "f:1:16")]),
    ],
)
def test_what_an_include_may_name(
    dialect: str, text: str, found: list[tuple[str, Severity, str]]
) -> None:
    file = parsed(text, dialect)
    assert rules(file) == found
    errors = any(severity is Severity.ERROR for _, severity, _ in found)
    assert [entry.must_fail for entry in file.entries] == [errors]


@pytest.mark.parametrize(
    ("dialect", "module", "good"),
    [
        ("openpam", "pam_unix", True),
        ("openpam", "/usr/local/lib/pam_x.so", True),
        ("openpam", "pam+x.so", False),
        ("openpam", "lib/pam_x.so", False),
        ("openpam", "''", False),
        ("macos", "lib/pam+x", True),
        ("illumos", "lib/pam+x", True),
    ],
)
def test_names_of_modules(dialect: str, module: str, good: bool) -> None:
    file = parsed(f"auth required {module}", dialect)
    assert rules(file) == ([] if good else [("nameless-module", Severity.ERROR, "f:1:15")])


@pytest.mark.parametrize(
    ("dialect", "args"),
    [
        ("openpam", ["a b", "c#d", "e"]),
        ("macos", ["'a", "b'", "c"]),
        ("illumos", ["'a", "b'", "c#d", "e", "#", "f"]),
        ("cde", ["'a", "b'", "c#d", "e", "#", "f"]),
    ],
)
def test_one_line_has_other_words_in_every_family(dialect: str, args: list[str]) -> None:
    found = entry("auth required x 'a b' c#d e # f", dialect)
    assert [word.text for word in found.args] == args


@pytest.mark.parametrize("dialect", ["solaris", "illumos"])
def test_a_line_may_have_255_bytes(dialect: str) -> None:
    start = "auth required x "
    fits = parsed(f"{start}{'a' * (255 - len(start))}\n", dialect)
    assert rules(fits) == []
    long = parsed(f"{start}{'a' * (256 - len(start))}\n", dialect)
    assert rules(long) == [("long-line", Severity.ERROR, "f:1:1")]
    assert long.entries[0].must_fail
    assert long.complete


def test_a_longer_one_goes_on_in_cde() -> None:
    start = "auth required x "
    file = parsed(f"{start}{'a' * 300}\n", "cde")
    assert [rule for rule, _, _ in rules(file)] == ["long-line", "unknown-facility"]
    assert file.findings[0].help == "the rest is read as a line of its own"
    assert not file.entries[0].must_fail


@pytest.mark.parametrize("dialect", ["solaris", "illumos"])
def test_a_line_of_blanks_breaks_the_file(dialect: str) -> None:
    text = "auth required x\n \t\nauth requird y\n\n"
    file = parsed(text, dialect)
    # Nothing behind it is read.
    assert rules(file) == [("missing-facility", Severity.ERROR, "f:2:1")]
    assert not file.complete
    assert file.text == text
    assert [line.logical.line for line in file.lines] == [1, 2, 3]


@pytest.mark.parametrize("dialect", ["openpam", "macos", *LENIENT])
def test_and_is_nothing_to_others(dialect: str) -> None:
    file = parsed("auth required x\n \t\n", dialect)
    assert rules(file) == []
    assert file.complete


def test_open_quotes_break_the_file() -> None:
    file = parsed("auth required x 'a\naccount required y\n", "openpam")
    assert rules(file) == [("dangling-continuation", Severity.ERROR, "f:1:1")]
    assert not file.complete
    assert file.entries == ()
    assert [word.text for word in file.lines[0].words] == ["auth", "required", "x"]


@pytest.mark.parametrize(
    ("dialect", "found"),
    [
        ("openpam", []),
        ("macos", []),
        ("illumos", ["carriage-return"]),
        ("cde", ["carriage-return"]),
    ],
)
def test_line_ends_of_dos_are_blanks_to_openpam_alone(dialect: str, found: list[str]) -> None:
    file = parsed("auth required x\r\n", dialect)
    assert [rule for rule, _, _ in rules(file)] == found
    assert file.entries[0].target is not None
    assert file.entries[0].target.text == ("x\r" if found else "x")


def test_a_nul_is_reported() -> None:
    assert rules(parsed("auth required x\0\n", "openpam")) == [
        ("nul-byte", Severity.ERROR, "f:1:1")
    ]


def test_a_near_word_is_named_for_the_first_mistakes() -> None:
    file = parsed("auth requird x\n" * 65, "openpam")
    hints = [found.help for found in file.findings]
    assert hints[0] == hints[63] == "did you mean `required`?"
    expected = "expected one of required, requisite, sufficient, optional, binding, include"
    assert hints[64] == expected


def test_a_cde_policy_may_include_nothing() -> None:
    (found,) = parsed("auth x y\n", "cde").findings
    assert found.help == "expected one of required, sufficient, optional"


def test_a_file_may_have_so_many_lines() -> None:
    file = parsed("\n" * (MAX_LINES + 2), "openpam")
    assert rules(file) == [("too-many-lines", Severity.ERROR, f"f:{MAX_LINES + 1}:1")]
    assert file.text == "\n" * (MAX_LINES + 2)
