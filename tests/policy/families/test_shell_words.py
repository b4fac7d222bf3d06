"""OpenPAM's words: the rules of openpam_readword(3), and what the code does besides."""

from __future__ import annotations

import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.policy.families.lines import Fault
from pamkit.policy.families.shell_words import shell_lines


def lines(text: str) -> list[list[str]]:
    """The words of each line that has any."""
    found = [[word.text for word in cut.words] for cut in shell_lines(text, "f")]
    return [words for words in found if words]


def fault(text: str) -> Fault:
    return list(shell_lines(text, "f"))[-1].fault


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param([["a", "b"]], "  a\tb\f\r\n", id="blanks, tabs, form feeds, returns part"),
        pytest.param([["a\vb"]], "a\vb\n", id="a vertical tab does not"),
        pytest.param([["a b"]], "'a b'\n", id="single quotes keep blanks"),
        pytest.param([["a b"]], '"a b"\n', id="double quotes keep blanks"),
        pytest.param([["a b"]], "a\\ b\n", id="a backslash keeps a blank"),
        pytest.param([["a b"]], "a' 'b\n", id="quotes may stand inside a word"),
        pytest.param([["", "a"]], "'' a\n", id="empty quotes are a word"),
        pytest.param([['"']], "'\"'\n", id="double quotes are text in single ones"),
        pytest.param([["'"]], '"\'"\n', id="single quotes are text in double ones"),
        pytest.param([["\\a"]], "'\\a'\n", id="a backslash is text in single quotes"),
        pytest.param([["\\a"]], '"\\a"\n', id="and in double ones, in front of most"),
        pytest.param([['"']], '"\\""\n', id="but not in front of a double quote"),
        pytest.param([["\\"]], '"\\\\"\n', id="nor in front of a backslash"),
        pytest.param([["a", "b"]], "a \\\nb\n", id="a backslash joins lines"),
        pytest.param([["ab"]], "a\\\nb\n", id="and the halves of a word"),
        pytest.param([["ab"]], '"a\\\nb"\n', id="in double quotes too"),
        pytest.param([["a\nb"]], "'a\nb'\n", id="a newline in quotes is text"),
        pytest.param([["a"]], "a # b\n", id="a hash begins a comment where a word would begin"),
        pytest.param([["a#b"]], "a#b\n", id="a hash in a word is text"),
        pytest.param([["#b"]], "'#b'\n", id="a hash in quotes is text"),
        pytest.param([["#b"]], "\\#b\n", id="a hash behind a backslash is text"),
        pytest.param([["a"], ["b"]], "a # c \\\nb\n", id="a comment does not go on"),
        pytest.param([["b"]], "# c \\\nb\n", id="nor does a line of nothing else"),
        pytest.param([["a"]], "a \\\n# c\n", id="a joined line may be a comment"),
        pytest.param([["a"]], "a \\", id="a last backslash behind a blank is forgotten"),
        pytest.param([["a"]], "a", id="the last line needs no end"),
        pytest.param([["a"], ["b"]], "\n\na\n\nb\n", id="empty lines are none"),
        pytest.param([["\r"]], "\\\r\n", id="a backslash does not join lines of DOS"),
        pytest.param([["ab"]], "a\0b\n", id="a NUL is passed over"),
        pytest.param([["a"], ["b"]], "a \0 b\n", id="a word of nothing but NUL ends the line"),
        pytest.param([["a"]], "a \0", id="or the file"),
        pytest.param([["\\"]], '"\\\0"\n', id="a NUL behind a backslash leaves the backslash"),
    ],
)
def test_lines_are_cut_as_openpam_cuts_them(expected: list[list[str]], text: str) -> None:
    assert lines(text) == expected


@pytest.mark.parametrize("text", ["a 'b", 'a "b\n', "a b\\", "'", '"\\"', "\\\n'"])
def test_a_file_that_ends_inside_of_a_word_is_broken(text: str) -> None:
    assert fault(text) is Fault.UNFINISHED


def test_a_line_knows_its_comment_and_its_words_places() -> None:
    first, second = shell_lines("# x\n a 'b\nc'  # y\n", "f")
    assert (first.logical.text, first.logical.comment) == (None, "# x")
    assert (second.logical.text, second.logical.comment) == ("a 'b\nc'", "# y")
    assert [str(word.span) for word in second.words] == ["f:2:2", "f:2:4"]
    assert (second.words[1].span.end_line, second.words[1].span.end_column) == (3, 3)
    assert [word.raw for word in second.words] == ["a", "'b\nc'"]


def test_empty_lines_in_quotes_count() -> None:
    (cut,) = shell_lines("'a\n\n\nb' c\n", "f")
    assert [str(word.span) for word in cut.words] == ["f:1:1", "f:4:4"]


# Written from the page alone: a word is one of these, one after the other.
PART = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<one>.)|(?P<plain>[^\s'"\\])""",
    re.DOTALL,
)


def by_the_page(text: str) -> list[list[str]] | None:
    """The words of a text by the rules of openpam_readword(3); `None` if quotes stay open."""
    found: list[list[str]] = [[]]
    at, word = 0, None
    while at < len(text):
        if word is None and text[at] == "#":
            at = text.find("\n", at) if "\n" in text[at:] else len(text)
            continue
        if text[at] in " \t\n":
            if word is not None:
                found[-1].append(word)
            word = None
            if text[at] == "\n":
                found.append([])
            at += 1
            continue
        part = PART.match(text, at)
        if part is None:
            return [*found[:-1], found[-1]] if word is None and text[at:] == "\\" else None
        at = part.end()
        if part["single"] is not None:
            word = (word or "") + part["single"]
        elif part["double"] is not None:
            double = re.sub(r'\\([\\"\n])', lambda m: m[1].strip("\n"), part["double"])
            word = (word or "") + double
        elif part["one"] is None:
            word = (word or "") + part["plain"]
        elif part["one"] != "\n":
            word = (word or "") + part["one"]
    if word is not None:
        found[-1].append(word)
    return found


@given(st.text(st.sampled_from("ab#'\"\\ \t\n"), max_size=24))
def test_the_page_says_the_same(text: str) -> None:
    expected = by_the_page(text)
    if expected is None:
        assert fault(text) is Fault.UNFINISHED
    else:
        assert lines(text) == [words for words in expected if words]


@given(st.text(st.sampled_from("ab'\"\\ \t"), max_size=24))
def test_a_shell_says_the_same_of_one_line(text: str) -> None:
    try:
        expected = shlex.split(text)
    except ValueError:
        # A last backslash behind a blank is an error to a shell's words, and nothing to OpenPAM.
        assert fault(text) is Fault.UNFINISHED or text.endswith("\\")
    else:
        assert lines(text) == [words for words in [expected] if words]


@given(st.text(st.sampled_from("ab#'\"\\ \t\n\0\r\v\u00e9\udcff"), max_size=24))
def test_nothing_is_lost_and_every_word_is_where_it_says(text: str) -> None:
    cuts = list(shell_lines(text, "f"))
    assert "".join(cut.logical.raw for cut in cuts) == text
    numbered = [f"{line}\n" for line in text.split("\n")]
    for cut in cuts:
        for word in cut.words:
            span = word.span
            assert numbered[span.line - 1][span.column - 1] == word.raw[0]
            assert numbered[span.end_line - 1][span.end_column - 2] == word.raw[-1]
