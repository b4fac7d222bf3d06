import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.continued_lines import continued_lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("\n \t\n", []),
        ("a\nb", ["a\n", "b\n"]),
        ("  a \n", ["a \n"]),
        ("# nothing\na # comment\n", ["a "]),
        ("a \\\n b\n", ["a b\n"]),
        ("a\\  \nb\n", ["ab\n"]),
        ("a\\\n# gone\nb\n", ["a", "b\n"]),
        ("a\\\n\nb\n", ["a\n", "b\n"]),
        ("a # \\\nb\n", ["a ", "b\n"]),
        ("\\\na\n", ["a\n"]),
        ("a\nb\\", ["a\n"]),
        ("a\nb\\\n", ["a\n"]),
        ("a\0b\nc\n", ["a\n", "c\n"]),
    ],
)
def test_lines_are_joined_and_cut(text: str, lines: list[str]) -> None:
    assert continued_lines(text) == lines


@given(st.text("ab \t#\\\n\0"))
def test_every_line_says_something(text: str) -> None:
    assert all(line.strip("\n") and "#" not in line for line in continued_lines(text))
