"""Line assembly and words: linux-pam's rules, section by section of pam.conf(5) and beyond."""

import pytest

from pamkit.policy.words import LogicalLine, Piece, ascii_lower, byte_length, logical_lines, words


def texts(text: str, *quirks: str) -> list[str]:
    """What libpam sees of each line that says something."""
    lines = logical_lines(text, frozenset(quirks))
    return [line.text.rstrip("\n") for line in lines if line.text is not None]


def split(text: str) -> list[str]:
    """The words of a text of one line."""
    (line,) = logical_lines(text)
    return [word.text for word in words(line, "f")]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param(["a b"], "  \ta b\n", id="leading blanks go"),
        pytest.param(["a", "b"], "a\n\n \t \n# c\nb", id="blank lines and comments go"),
        pytest.param(["a [b "], "a [b #]\n", id="a comment starts anywhere"),
        pytest.param(["a\\"], "a\\#b\n", id="a comment cannot be escaped"),
        pytest.param(["a  b"], "a \\\nb\n", id="a backslash continues"),
        pytest.param(["a b"], "a\\ \t\nb\n", id="blanks behind the backslash do not matter"),
        pytest.param(["a b"], "a\\\n  b\n", id="blanks of the next line go"),
        pytest.param(["a ", "b"], "a # c \\\nb\n", id="a comment does not continue"),
        pytest.param(["b"], "# a \\\nb\n", id="a whole comment does not continue"),
        pytest.param(["a ", "b"], "a\\\n\nb\n", id="a blank line ends a continued line"),
        pytest.param(["a ", "b"], "a\\\n # c\nb\n", id="a comment line ends a continued line"),
        pytest.param(["b"], "\\\nb\n", id="a lone backslash adds nothing"),
        pytest.param(["b"], "\\\n\nb\n", id="a lone backslash and a blank line are no line"),
        pytest.param(["a"], "a\0b\n", id="a NUL ends the line"),
        pytest.param([], "\0a\n", id="a NUL in front leaves nothing"),
        pytest.param(["a", "c"], "a\0\\\nb\nc\n", id="what is joined behind a NUL is lost"),
        pytest.param([], "\0\\\nb\n", id="a NUL in front loses what is joined"),
        pytest.param(["a\r", "b\r"], "a\r\nb\r\n", id="a carriage return is part of a word"),
        pytest.param(["a\\\r", "b"], "a\\\r\nb\n", id="a carriage return defeats continuation"),
        pytest.param(["\r"], "\r\n", id="an empty line of DOS is a line"),
        pytest.param(["\ufeffa"], "\ufeffa\n", id="a byte order mark is part of a word"),
        pytest.param(["\va"], "\va\n", id="a vertical tab is no blank"),
        pytest.param(["\xa0a"], "\xa0a\n", id="blanks of other scripts are none"),
        pytest.param(["a\u2028b"], "a\u2028b\n", id="only a newline ends a line"),
    ],
)
def test_lines_are_assembled(expected: list[str], text: str) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param(["a b"], "a\\\n\n# c\n \nb\n", id="blank and comment lines are skipped"),
        pytest.param(["b"], "\\\n\nb\n", id="behind a lone backslash too"),
        pytest.param(["a b "], "a\\\nb # c\n", id="a comment behind words ends the line"),
    ],
)
def test_blanks_continue_is_what_1_5_did(expected: list[str], text: str) -> None:
    assert texts(text, "blanks-continue") == expected


@pytest.mark.parametrize("text", ["\\", "\\\n", "a\\", "a\\\n", "a\\\nb\\\n"])
@pytest.mark.parametrize("quirks", [(), ("blanks-continue",), ("short-lines",)])
def test_a_file_that_ends_in_a_continuation_dangles(text: str, quirks: tuple[str, ...]) -> None:
    lines = list(logical_lines(text, frozenset(quirks)))
    assert [line.dangling for line in lines] == [True]
    assert "".join(line.raw for line in lines) == text


def test_blanks_continue_lets_the_file_dangle_over_blank_lines() -> None:
    (line,) = logical_lines("a\\\n\n", frozenset({"blanks-continue"}))
    assert line.dangling


def test_short_lines_cuts_a_long_line_into_lines() -> None:
    text = "a" * 1023 + "b" * 7 + "\nc\n"
    assert texts(text, "short-lines") == ["a" * 1023, "b" * 7, "c"]
    assert texts(text) == ["a" * 1023 + "b" * 7, "c"]


def test_short_lines_counts_bytes_and_may_cut_a_character() -> None:
    text = "a" * 1022 + "é\n"
    assert texts(text, "short-lines") == ["a" * 1022 + "\udcc3", "\udca9"]


def test_half_a_character_is_cut_nowhere() -> None:
    text = "a" * 1023 + chr(0xD800) + "\n"
    assert texts(text, "short-lines") == ["a" * 1023 + chr(0xD800)]


@pytest.mark.parametrize(
    ("expected", "text"), [(1, "a"), (2, "\u00e9"), (1, "\udcff"), (1, chr(0xD800))]
)
def test_the_length_of_a_text_is_that_in_the_file(expected: int, text: str) -> None:
    assert byte_length(text) == expected


def test_short_lines_loses_a_continuation_behind_a_nul() -> None:
    assert texts("a\0\\\nb\n", "short-lines") == ["a", "b"]
    assert texts("\0\\\nb\n", "short-lines", "blanks-continue") == ["b"]


def test_nothing_of_the_text_is_lost() -> None:
    text = "a\\\n b # c\n\n\0x\\\ny\r\n[ \\\n"
    assert "".join(line.raw for line in logical_lines(text)) == text


def test_a_comment_is_kept() -> None:
    comments = [line.comment for line in logical_lines("# one\na #two \n\nb\\\nc # three")]
    assert comments == ["# one", "#two ", "", "# three"]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param(["a", "b", "c"], "a b\tc\n", id="space, tab and newline separate"),
        pytest.param(["a\vb\fc"], "a\vb\fc", id="other white space does not"),
        pytest.param(["a b", "c"], "[a b] c", id="a bracket takes blanks in"),
        pytest.param(["a", "b"], "[a]b", id="no blank is needed behind a bracket"),
        pytest.param(["a]b"], r"[a\]b]", id="an escaped bracket is a bracket"),
        pytest.param([r"a\b\c"], r"[a\b\c]", id="other backslashes are literal"),
        pytest.param(["a[b"], "[a[b]", id="an inner bracket is kept"),
        pytest.param(["a[b", "c]"], "a[b c]", id="a bracket inside a word is ordinary"),
        pytest.param([""], "[]", id="an empty bracket is an empty word"),
        pytest.param(["a", "b c\n"], "a [b c\n", id="without an end it takes the rest"),
        pytest.param(["a]"], r"[a\]", id="an escaped bracket does not close"),
        pytest.param(["a\\"], "[a\\#", id="a backslash at the end is literal"),
        pytest.param(['"a', 'b"'], '"a b"', id="quotes mean nothing"),
    ],
)
def test_words_are_cut(expected: list[str], text: str) -> None:
    assert split(text) == expected


def test_only_an_unclosed_bracket_is_open() -> None:
    (line,) = logical_lines("a [b] [c")
    assert [word.closed for word in words(line, "f")] == [True, True, False]
    assert [word.raw for word in words(line, "f")] == ["a", "[b]", "[c"]


def test_spans_point_into_the_file_across_continuations() -> None:
    (_, line) = logical_lines("\n  auth \\\n\\\n\t required  [pam x]\n")
    found = [
        (w.span.line, w.span.column, w.span.end_line, w.span.end_column) for w in words(line, "f")
    ]
    assert found == [(2, 3, 2, 7), (4, 3, 4, 11), (4, 13, 4, 20)]


def test_a_word_may_span_lines() -> None:
    (line,) = logical_lines("[a \\\n b]\n")
    (word,) = words(line, "su")
    assert (str(word.span), word.span.end_line, word.span.end_column) == ("su:1:1", 2, 4)


def test_a_line_without_text_has_no_words() -> None:
    assert words(LogicalLine("\n", 1, None), "f") == ()


def test_a_place_is_found_among_many_pieces() -> None:
    pieces = tuple(Piece(2 * n, n + 1, 1) for n in range(9))
    line = LogicalLine("", 1, "x" * 18, pieces)
    assert [line.place("f", at, at + 1).line for at in range(18)] == [
        at // 2 + 1 for at in range(18)
    ]


@pytest.mark.parametrize(
    ("expected", "text"), [("auth", "AuTH"), ("\u212a", "\u212a"), ("\u0130a", "\u0130A")]
)
def test_only_the_letters_of_ascii_are_lowered(expected: str, text: str) -> None:
    assert ascii_lower(text) == expected


@pytest.mark.parametrize(
    ("text", "kept", "joined"),
    [
        ("a [x \\\n   y]\n", "a [x     y]\n", "a [x  y]\n"),
        ("a [x\\ \t\n\ty]\n", "a [x \ty]\n", "a [x y]\n"),
        ("  a \\\n  # no\n  b\n", "a    b\n", None),
        ("a [x \\\n    \\\n\nb\n", "a [x       b\n", None),
    ],
)
def test_the_blanks_of_a_continued_line_are_kept_by_old_libpams(
    text: str, kept: str, joined: str | None
) -> None:
    (old,) = logical_lines(text, frozenset({"blanks-continue"}))
    assert old.text == kept
    if joined is not None:
        (new,) = logical_lines(text)
        assert new.text == joined
