import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.continued_lines import BadLine
from pamkit.formats.pam_env_conf import LONGEST, Setting, expand, parse


@pytest.mark.parametrize(
    ("line", "setting"),
    [
        ("A", Setting("A")),
        ("A DEFAULT=1", Setting("A", "1")),
        ("  A\tDEFAULT=1\tOVERRIDE=2", Setting("A", "1", "2")),
        ('A DEFAULT="one two"', Setting("A", "one two")),
        ('A DEFAULT=""', Setting("A", "")),
        ("A DEFAULT=", Setting("A")),
        ("A OVERRIDE= DEFAULT=", Setting("A")),
        ('A OVERRIDE="x" DEFAULT=', Setting("A", "", "x")),
        ("A DEFAULT=1 DEFAULT=2", Setting("A", "2")),
        ("A=1", Setting("A=1")),
        ("A DEFAULT=1#2", Setting("A", "1")),
        ('A DEFAULT=x"y', Setting("A", 'x"y')),
    ],
)
def test_a_line_sets(line: str, setting: Setting) -> None:
    assert parse(line + "\n") == (setting,)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("A NOSUCH=1", "Unrecognized Option: NOSUCH=1 - ignoring line"),
        ("A default=1", "Unrecognized Option: default=1 - ignoring line"),
        ("A DEFAULT=1 ", "Unrecognized Option:  - ignoring line"),
        ("A DEFAULT", "Unrecognized Option: DEFAULT - ignoring line"),
        ('A DEFAULT="1', 'Unterminated quoted string: "1'),
        ('A DEFAULT="1"2', 'Quotes must cover the entire string: <1"2>'),
    ],
)
def test_a_bad_line_is_complained_about(line: str, complaint: str) -> None:
    assert parse(line + "\n") == (BadLine(complaint),)


def _expanded(value: str) -> tuple[str | None, list[str]]:
    complaints: list[str] = []
    variables = {"A": "1", "B": "${A}", "LONG": "x" * 5000}
    done = expand(
        value, variable=variables.get, item={"PAM_TTY": "tty1"}.get, complain=complaints.append
    )
    return done, complaints


@pytest.mark.parametrize(
    ("value", "expanded"),
    [
        ("", ""),
        ("x", "x"),
        ("${A}${A}x", "11x"),
        ("${B}", "${A}"),
        ("${NONE}@{NONE}${}", ""),
        ("@{PAM_TTY}:@{A}${PAM_TTY}", "tty1:"),
        ("\\$\\@\\\\", "$@\\"),
        ("\\${A}", "${A}"),
        ("a}b{", "a}b{"),
    ],
)
def test_variables_and_items_are_put_in(value: str, expanded: str) -> None:
    assert _expanded(value) == (expanded, [])


@pytest.mark.parametrize(
    ("value", "expanded", "complaint"),
    [
        ("\\x", "x", "Unrecognized escaped character: <x> - ignoring"),
        ("x\\", "x", "Ignoring backslash at end of string"),
        ("$x", "$x", "Expandable variables must be wrapped in {} <$x> - ignoring"),
        ("a${B", None, "Unterminated expandable variable: <${B>"),
        ("@{", None, "Unterminated expandable variable: <@{>"),
    ],
)
def test_what_is_odd_is_complained_about(value: str, expanded: str | None, complaint: str) -> None:
    assert _expanded(value) == (expanded, [complaint])


def test_a_value_that_grows_too_long_is_an_error() -> None:
    """CVE-2011-3148, CVE-2011-3149."""
    done, complaints = _expanded("${LONG}" * 1000)
    assert done is None
    assert complaints == [f"Variable buffer overflow: <{'x' * 5000}> + <{'x' * 5000}>"]


def test_the_longest_value_is_still_taken() -> None:
    assert _expanded("x" * LONGEST)[0] == "x" * LONGEST
    assert _expanded("é" * (LONGEST // 2) + "xx")[0] is None


@given(st.text("${}@\\A x"))
def test_no_value_expands_beyond_the_limit(value: str) -> None:
    done, _ = _expanded(value)
    assert done is None or len(done) <= LONGEST
