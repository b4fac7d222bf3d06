"""Sun's words: blanks and tabs, a hash in the first column, and how long a line may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.policy.families.column_words import column_lines
from pamkit.policy.families.grammar import AIX, CDE, ILLUMOS, Grammar
from pamkit.policy.families.lines import Fault

LONG = "a" * 200


def lines(text: str, grammar: Grammar = ILLUMOS) -> list[list[str]]:
    """The words of each line that has any."""
    found = [[word.text for word in cut.words] for cut in column_lines(text, "f", grammar)]
    return [words for words in found if words]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param([["a", "b"]], " a\t b \n", id="blanks and tabs part words"),
        pytest.param([["a\v\fb\r"]], "a\v\fb\r\n", id="nothing else does"),
        pytest.param([["'a", "b'"]], "'a b'\n", id="quotes are text"),
        pytest.param([["a", "#b", "#"]], "a #b #\n", id="a hash behind a word is text"),
        pytest.param([["#a"]], " #a\n", id="and behind a blank"),
        pytest.param([["b"]], "#a\nb\n", id="in the first column it begins a comment"),
        pytest.param([["a", "\\"], ["b"]], "a \\\nb\n", id="no line is joined"),
        pytest.param([["[a", "b]"]], "[a b]\n", id="brackets are text"),
        pytest.param([["a", "b"]], "a b\0c d\n", id="nothing is seen behind a NUL"),
        pytest.param([["a"]], "a", id="the last line needs no end"),
    ],
)
def test_lines_are_cut_as_sun_cuts_them(expected: list[list[str]], text: str) -> None:
    assert lines(text) == expected


@pytest.mark.parametrize(
    ("expected", "grammar", "text"),
    [
        pytest.param(Fault.BLANK, ILLUMOS, " \t\n", id="blanks are a line without a service"),
        pytest.param(Fault.BLANK, ILLUMOS, "\0a\n", id="and so is a NUL"),
        pytest.param(Fault.NONE, CDE, " \t\n", id="which an older library passes over"),
        pytest.param(Fault.NONE, ILLUMOS, "\n", id="an empty line is none"),
        pytest.param(Fault.NONE, ILLUMOS, f"{'a' * 255}\n", id="255 bytes are a line"),
        pytest.param(Fault.LONG, ILLUMOS, f"{'a' * 256}\n", id="256 are too many"),
        pytest.param(Fault.LONG, ILLUMOS, "a" * 256, id="at the end of the file, too"),
        pytest.param(Fault.LONG, ILLUMOS, "\u00e9" * 128, id="bytes, not characters"),
        pytest.param(Fault.NONE, ILLUMOS, "\udcc3" * 255, id="a bad byte is one byte"),
        pytest.param(Fault.NONE, ILLUMOS, f"#{'a' * 300}\n", id="a comment may be longer"),
        pytest.param(Fault.NONE, AIX, f"{'a' * 2000}\n", id="of AIX no page says a limit"),
    ],
)
def test_what_is_wrong_with_a_line(expected: Fault, grammar: Grammar, text: str) -> None:
    (cut,) = column_lines(text, "f", grammar)
    assert cut.fault is expected


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param([["a" * 255]], f"{'a' * 255}\n", id="255 bytes and the end are two pieces"),
        pytest.param([["a" * 255], ["aaa"]], "a" * 258, id="the rest is a line of its own"),
        pytest.param([["x"]], f"#{'a' * 254}x\n", id="so is that of a comment"),
        pytest.param([["\u00e9" * 127], ["\u00e9"]], "\u00e9" * 128, id="characters stay whole"),
        pytest.param([[LONG], ["b"]], f"{LONG}{' ' * 55}b\n", id="blanks count"),
    ],
)
def test_an_older_library_goes_on_where_its_buffer_is_full(
    expected: list[list[str]], text: str
) -> None:
    assert lines(text, CDE) == expected


def test_what_goes_on_in_another_line_says_so() -> None:
    faults = [cut.fault for cut in column_lines(f"#{LONG * 2}\n{LONG * 2}\n", "f", CDE)]
    assert faults == [Fault.CUT_OFF, Fault.NONE, Fault.CUT_OFF, Fault.NONE]
    faults = [cut.fault for cut in column_lines(f"{'a' * 255}\n", "f", CDE)]
    assert faults == [Fault.NONE, Fault.NONE]


def test_a_piece_of_a_line_knows_its_column() -> None:
    _, second = column_lines(f"{LONG} {LONG} b", "f", CDE)
    assert str(second.words[-1].span) == "f:1:403"


def by_the_page(text: str) -> list[list[str]]:
    """The words of a text as the pages say: a line is an entry, blanks and tabs part it."""
    kept = [line for line in text.split("\n") if not line.startswith("#")]
    found = [[word for word in line.replace("\t", " ").split(" ") if word] for line in kept]
    return [words for words in found if words]


@given(st.text(st.sampled_from("ab#'\"\\ \t\n\r"), max_size=40))
def test_the_page_says_the_same(text: str) -> None:
    assert lines(text) == by_the_page(text)


@given(
    st.text(st.sampled_from("ab# \t\n\0\u00e9\udcff"), max_size=24),
    st.integers(0, 60),
    st.sampled_from([ILLUMOS, CDE, AIX]),
)
def test_nothing_is_lost_and_every_word_is_where_it_says(
    text: str, times: int, grammar: Grammar
) -> None:
    text *= times
    cuts = list(column_lines(text, "f", grammar))
    assert "".join(cut.logical.raw for cut in cuts) == text
    numbered = text.split("\n")
    for cut in cuts:
        for word in cut.words:
            span = word.span
            assert numbered[span.line - 1][span.column - 1 : span.end_column - 1] == word.raw
