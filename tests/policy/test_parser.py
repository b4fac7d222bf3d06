"""Columns and entries: what a defect does, and that each is a finding."""

import pytest

from pamkit.policy.control import ALL_BAD, KEYWORDS
from pamkit.policy.dialect import DEBIAN, LINUX, Dialect
from pamkit.policy.parser import parse
from pamkit.policy.syntax import Entry, Kind
from pamkit.policy.words import MAX_LINES
from pamkit.vocab.diagnostic import Finding, Severity
from pamkit.vocab.facility import Facility
from pamkit.vocab.span import Span


def entry(text: str, dialect: Dialect = LINUX, *, with_service: bool = False) -> Entry:
    """The one entry of a text."""
    (found,) = parse(text, "f", dialect, with_service=with_service).entries
    return found


def rules(text: str, dialect: Dialect = LINUX) -> list[str]:
    return [finding.rule for finding in parse(text, "f", dialect).findings]


def test_a_plain_line_is_an_entry_with_a_place_for_every_word() -> None:
    found = entry("auth required pam_unix.so nullok [a b]\n")
    assert (
        found.kind,
        found.facility,
        found.quiet,
        found.must_fail,
    ) == (Kind.MODULE, Facility.AUTH, False, False)
    assert found.control.actions == KEYWORDS["required"]
    assert found.target is not None
    assert (found.target.text, found.target.span) == ("pam_unix.so", Span("f", 1, 15, 1, 26))
    assert [arg.text for arg in found.args] == ["nullok", "a b"]
    assert found.service is None


@pytest.mark.parametrize("word", ["session", "Session", "SESSION", "[session]", "-session"])
def test_facilities_are_known_in_any_case_and_in_brackets(word: str) -> None:
    found = entry(f"{word} required pam_x.so")
    assert (found.facility, found.quiet) == (Facility.SESSION, word.startswith("-"))
    assert rules(f"{word} required pam_x.so") == []


@pytest.mark.parametrize("word", ["sufficient", "SUFFICIENT", "[Sufficient]"])
def test_controls_are_known_in_any_case_and_in_brackets(word: str) -> None:
    assert entry(f"auth {word} pam_x.so").control.actions == KEYWORDS["sufficient"]


def test_a_module_may_stand_in_brackets() -> None:
    found = entry("[auth][required][/path with space.so]x")
    assert found.target is not None
    assert (found.target.text, [arg.text for arg in found.args]) == ("/path with space.so", ["x"])


@pytest.mark.parametrize(
    ("kind", "word"),
    [(Kind.INCLUDE, "include"), (Kind.INCLUDE, "[INCLUDE]"), (Kind.SUBSTACK, "SubStack")],
)
def test_include_and_substack_name_a_file(kind: Kind, word: str) -> None:
    found = entry(f"auth {word} common")
    assert found.target is not None
    assert (found.kind, found.target.text, found.must_fail) == (kind, "common", False)


@pytest.mark.parametrize("first", ["autz", "--auth", "-", "\ufeffauth", "[]", "auth\r", "@include"])
def test_an_unknown_facility_must_fail_but_keeps_its_control(first: str) -> None:
    found = entry(f"{first} optional pam_x.so")
    assert (found.facility, found.must_fail) == (None, True)
    assert found.control.actions == KEYWORDS["optional"]
    assert "unknown-facility" in rules(f"{first} optional pam_x.so")


def test_an_unknown_facility_still_includes() -> None:
    assert (entry("bogus include f").kind, entry("bogus include f").must_fail) == (
        Kind.INCLUDE,
        True,
    )


def test_an_unknown_control_is_all_bad_but_the_module_is_called() -> None:
    found = entry("auth requird pam_x.so")
    assert (found.control.actions, found.must_fail) == (ALL_BAD, False)
    (finding,) = parse("auth requird pam_x.so", "f").findings
    assert str(finding) == (
        "f:1:6: error: control `requird` is unknown [unknown-control]\n"
        "  help: did you mean `required`?"
    )


def test_a_broken_bracket_says_where_it_breaks() -> None:
    (finding,) = parse("auth [success=ok ignor=bad] pam_x.so", "f").findings
    assert (finding.rule, finding.message) == (
        "bad-control",
        "expected the name of a return code, found `ignor=bad`",
    )


def test_a_missing_control_must_fail_with_all_bad() -> None:
    found = entry("auth")
    assert (found.must_fail, found.control.actions, found.target) == (True, ALL_BAD, None)
    assert rules("auth") == ["missing-control"]


def test_a_missing_module_must_fail_but_keeps_its_control() -> None:
    found = entry("auth optional")
    assert (found.must_fail, found.control.actions) == (True, KEYWORDS["optional"])
    assert rules("auth optional") == ["missing-module"]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ([], "auth required pam_x.so x # c\n\n# c\n"),
        (["missing-file"], "auth include"),
        (["missing-file"], "auth substack # file"),
        (["ignored-words"], "auth include f more words"),
        (["quiet-include"], "-auth include f"),
        (["unclosed-bracket", "bad-control", "missing-module"], "auth [success=ok pam_x.so"),
        (["bracketed-include"], "auth [default=ok] include f"),
        (["bare-control"], "auth success=ok pam_x.so"),
        (["nul-byte"], "auth required pam_x.so\0"),
        (["nul-byte"], "\0"),
        (["carriage-return"], "auth required pam_x.so x\r\n"),
        (["carriage-return", "unknown-facility", "missing-control"], "\r\n"),
        (["comment-continuation"], "auth required pam_x.so # x \\\n"),
        (["comment-continuation"], "# x \\\n"),
        ([], "# a \\ b\n"),
        (["blank-continuation"], "auth required pam_x.so \\\n\n"),
        (["blank-continuation"], "auth required pam_x.so \\\n # c\n"),
        ([], "auth required \\\n pam_x.so\n"),
        (["dangling-continuation"], "auth required pam_x.so \\\n"),
        (["dangling-continuation"], "\\"),
        (["unclosed-bracket", "dangling-continuation"][::-1], "[ \\\n"),
        (["long-line"], "auth required pam_x.so " + "x" * 1001 + "\n"),
        ([], "auth required pam_x.so " + "x" * 999 + "\n"),
        (["long-line"], "auth required pam_x.so " + "é" * 501 + "\n"),
        (["unknown-facility", "unknown-control", "missing-module"], "x y"),
    ],
)
def test_everything_odd_is_a_finding(expected: list[str], text: str) -> None:
    assert rules(text) == expected


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        ("did you mean `auth`?", "auht required x.so"),
        ("expected one of auth, account, password, session", "whatever required x.so"),
        ("remove the byte order mark at the start of the file", "\ufeffauth required x.so"),
        (
            "only Debian's libpam knows `@include`; here it is an entry that must fail",
            "@include common-auth",
        ),
    ],
)
def test_an_unknown_facility_comes_with_advice(hint: str, text: str) -> None:
    assert parse(text, "f").findings[0].help == hint


def test_users_text_is_shown_printable() -> None:
    (finding,) = parse("\ud800\a required x.so", "f").findings
    assert finding.message == r"facility `\ud800\x07` is unknown"
    assert (finding.severity, finding.span) == (Severity.ERROR, Span("f", 1, 1, 1, 3))


def test_a_finding_stops_nothing() -> None:
    file = parse("x\nauth\nauth required a.so\n[\n\nauth required b.so", "f")
    assert [entry.must_fail for entry in file.entries] == [True, True, False, True, False]


@pytest.mark.parametrize("word", ["@include", "@INCLUDE", "-@include", "[@include]"])
def test_debian_includes_everything(word: str) -> None:
    found = entry(f"{word} common-auth", DEBIAN)
    assert found.target is not None
    assert (found.kind, found.facility, found.target.text) == (
        Kind.AT_INCLUDE,
        None,
        "common-auth",
    )
    assert not found.must_fail


def test_debian_includes_one_file() -> None:
    assert rules("@include", DEBIAN) == ["missing-file"]
    assert rules("@include a b", DEBIAN) == ["ignored-words"]
    assert rules("-@include a", DEBIAN) == ["quiet-include"]


def test_a_pam_conf_has_a_column_more() -> None:
    found = entry("Login auth required pam_x.so arg", with_service=True)
    assert found.service is not None
    assert found.target is not None
    assert (found.service.text, found.facility, found.target.text) == (
        "Login",
        Facility.AUTH,
        "pam_x.so",
    )


def test_a_service_alone_is_a_broken_line_of_that_service() -> None:
    file = parse("login\n", "f", with_service=True)
    assert [finding.rule for finding in file.findings] == ["missing-facility", "missing-control"]
    assert [(entry.must_fail, entry.facility) for entry in file.entries] == [(True, None)]


def test_a_file_that_dangles_is_incomplete_and_keeps_what_came_before() -> None:
    file = parse("auth required a.so\nauth required b.so \\", "f")
    assert (file.complete, len(file.entries)) == (False, 1)
    assert parse("", "f").complete


def test_findings_are_values() -> None:
    assert parse("x", "f").findings == parse("x", "f").findings
    assert isinstance(parse("x", "f").findings[0], Finding)


def test_a_file_of_too_many_lines_is_kept_and_its_rest_is_not_looked_at() -> None:
    text = "#\n" * MAX_LINES + "auth required pam_unix.so\nsesion\n"
    file = parse(text, "file")
    assert text == file.text
    assert [(f.rule, f.span.line) for f in file.findings] == [("too-many-lines", MAX_LINES + 1)]
    assert file.entries == ()
    assert not parse("#\n" * MAX_LINES, "file").findings


def test_a_near_word_is_looked_for_in_the_first_unknown_words_only() -> None:
    lines = [f"sesion{number % 10} x{number}\n" for number in range(200)]
    hints = [f.help for f in parse("".join(lines), "file").findings if f.rule == "unknown-facility"]
    assert len(hints) == 200
    assert hints[0] == "did you mean `session`?"
    unknown = [f.help for f in parse("".join(lines), "file").findings if "control" in f.rule]
    assert unknown[-1].startswith("expected one of required, ")
