import pytest

from pamkit.formats.continued_lines import BadLine
from pamkit.formats.environment_file import Assignment, parse


@pytest.mark.parametrize(
    ("line", "assignment"),
    [
        ("A=1", "A=1"),
        ("export A=1", "A=1"),
        ("A=two words ", "A=two words "),
        ("A=", "A="),
        ("A", "A"),
        ("A==", "A=="),
        ("A=${B}", "A=${B}"),
        ('A="x y"', "A=x y"),
        ("A='x'", "A=x"),
        ("A=\"x'", "A=x"),
        ('A="x', "A=x"),
        ('A="', "A="),
        ('A="x"y', 'A=x"y'),
        ("A=x'y'", "A=x'y'"),
        ('A="1#2"', "A=1"),
    ],
)
def test_a_line_assigns(line: str, assignment: str) -> None:
    assert parse(line + "\n", "f") == (Assignment(assignment),)


def test_a_line_without_a_key_is_complained_about() -> None:
    assert parse("=1\n", "/etc/x") == (BadLine("missing key name '=1' in /etc/x', ignoring"),)


@pytest.mark.parametrize("line", ["A-B=1", "A B=1", "é=1", "export  A=1"])
def test_a_key_of_other_characters_is_complained_about(line: str) -> None:
    shown = line.removeprefix("export ")
    assert parse(line, "f") == (BadLine(f"non-alphanumeric key '{shown}' in f', ignoring"),)


@pytest.mark.parametrize("line", ["", "# A=1", "export ", "   "])
def test_a_line_without_words_says_nothing(line: str) -> None:
    assert parse(line, "f") == ()
