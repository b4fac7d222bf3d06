"""macOS' words: no quotes, a comment anywhere, a backslash at the end of a line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.policy.families.joined_words import joined_lines


def lines(text: str) -> list[list[str]]:
    """The words of each line that has any."""
    found = [[word.text for word in cut.words] for cut in joined_lines(text, "f")]
    return [words for words in found if words]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param([["a", "b"]], " \ta \v\f\rb\r\n", id="all white space parts words"),
        pytest.param([["'a", "b'"]], "'a b'\n", id="quotes are text"),
        pytest.param([["a"]], "a#b\n", id="a hash cuts a word"),
        pytest.param([["a\\b"]], "a\\b\n", id="a backslash in a word is text"),
        pytest.param([["a", "b"]], "a\\\nb\n", id="a backslash joins lines, not words"),
        pytest.param([["a", "b"]], "a\\ \t\r\nb\n", id="blanks behind it do not matter"),
        pytest.param([["a", "b"]], "a \\# c\nb\n", id="nor does a comment"),
        pytest.param([["a"], ["b"]], "a\\\n\nb\n", id="an empty line ends what goes on"),
        pytest.param([["a"], ["b"]], "a\\\n# c\nb\n", id="so does a comment"),
        pytest.param([["b"]], "\\\n\nb\n", id="a lone backslash is nothing"),
        pytest.param([["a\\", "b"]], "a\\\\\nb\n", id="one backslash is taken off"),
        pytest.param([["a", "b"]], "a\\\\\n\nb\n", id="and the next with the next line"),
        pytest.param([["a", "\\"]], "a \\", id="at the end of the file it is a word"),
        pytest.param([["a"]], "a \\\n", id="unless the line has an end"),
        pytest.param([["a", "b"]], "a b\0c d\n", id="nothing is seen behind a NUL"),
        pytest.param([["a"]], "a \0\n", id="a word may be lost to it"),
        pytest.param([["a"]], "a\0\\\nb\n", id="which does not end what goes on"),
    ],
)
def test_lines_are_cut_as_macos_cuts_them(expected: list[list[str]], text: str) -> None:
    assert lines(text) == expected


def test_a_line_knows_its_comment_and_its_words_places() -> None:
    first, second = joined_lines("# x\n a \\ # z\n  b # y\n", "f")
    assert (first.logical.text, first.logical.comment) == (None, "# x")
    assert second.logical.comment == "# y"
    assert [str(word.span) for word in second.words] == ["f:2:2", "f:3:3"]
    assert second.logical.line == 2


def by_the_page(text: str) -> list[list[str]]:
    """The words of a text as macOS' pages say: comments go, lines are joined, blanks part."""
    text = re.sub("#[^\n]*", "", text)
    while (joined := re.sub(r"\\[ \t]*\n", " ", text)) != text:
        text = joined
    return [line.split() for line in text.split("\n") if line.split()]


@given(st.text(st.sampled_from("ab#\\ \t\n"), max_size=24).map(lambda text: text + "\n"))
def test_the_page_says_the_same(text: str) -> None:
    assert lines(text) == by_the_page(text)


@given(st.text(st.sampled_from("ab#\\ \t\n\0\r\v\u00e9\udcff"), max_size=24))
def test_nothing_is_lost_and_every_word_is_where_it_says(text: str) -> None:
    cuts = list(joined_lines(text, "f"))
    assert "".join(cut.logical.raw for cut in cuts) == text
    numbered = [f"{line}\n" for line in text.split("\n")]
    for cut in cuts:
        for word in cut.words:
            span = word.span
            assert numbered[span.line - 1][span.column - 1 : span.end_column - 1] == word.raw
