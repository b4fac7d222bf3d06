"""Formatting changes no meaning; formatting twice changes nothing; printing gives all back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.policy.dialect import DEBIAN, LINUX, QUIRKS, Dialect
from pamkit.policy.parser import parse
from pamkit.policy.printer import formatted, meaning, to_text

PIECES = (
    "auth", "-auth", "account", "Session", "@include", "required", "sufficient", "include",
    "substack", "optional", "[success=ok default=die]", "[success=1default=bad]", "[a\\]b]", "[",
    "]", "pam_unix.so", "common-auth", "x=[y z]", "su", "other", " ", " ", " ", " ", "\t", "\n",
    "\n", "\n", "\\\n", "\\", " \\ \n", "#", "# c\n", "# c \\\n", "\r\n", "\r", "\0", "\ufeff",
    "\v", "\u00e9", "\udcff", "\ud800", '"', "x" * 400, "\u2028", "\x85",
)  # fmt: skip
"""What policies are made of, and what they should not be made of."""

TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60)
_LINES = (
    "auth required x.so a\n", " auth  required\tx.so [a  b]\n", "account required x.so \\\n", "\n",
    "# c\n", "# c \\\n", " \\\n", " a  [b\n", "auth  required x.so b  c]\n", "x" * 1010, "# " * 500,
    " " * 1015, " " * 1100 + "\n", "auth required x.so " + " " * 999 + "a\\\n", "\0",
    "auth required x.so # \\\n",
)  # fmt: skip
_LONG = st.lists(st.sampled_from(_LINES), max_size=12).map("".join)
"""What libpam before 1.6 reads otherwise, and lines around it."""

_DIALECTS = st.sampled_from([LINUX, DEBIAN])


@settings(max_examples=500)
@given(TEXTS, _DIALECTS, st.booleans())
def test_printing_gives_every_character_back(text: str, dialect: Dialect, conf: bool) -> None:
    for quirks in (frozenset[str](), frozenset(QUIRKS)):
        file = parse(text, "f", dialect, with_service=conf, quirks=quirks)
        assert to_text(file) == text


@settings(max_examples=500)
@given(TEXTS, _DIALECTS, st.booleans())
def test_formatting_changes_no_meaning_and_twice_changes_nothing(
    text: str, dialect: Dialect, conf: bool
) -> None:
    file = parse(text, "f", dialect, with_service=conf)
    once = formatted(file, dialect)
    again = parse(once, "f", dialect, with_service=conf)
    assert [meaning(entry) for entry in again.entries] == [meaning(e) for e in file.entries]
    assert again.complete == file.complete
    assert formatted(again, dialect) == once


@settings(max_examples=500)
@given(TEXTS | _LONG, _DIALECTS, st.booleans())
def test_formatting_changes_no_meaning_to_older_libpams(
    text: str, dialect: Dialect, conf: bool
) -> None:
    once = formatted(parse(text, "f", dialect, with_service=conf), dialect)
    old, new = (
        parse(each, "f", dialect, with_service=conf, quirks=frozenset(QUIRKS))
        for each in (text, once)
    )
    assert [meaning(entry) for entry in new.entries] == [meaning(e) for e in old.entries]
    assert new.complete == old.complete


@settings(max_examples=300)
@given(TEXTS, _DIALECTS)
def test_every_word_has_a_span_that_holds_it(text: str, dialect: Dialect) -> None:
    physical = text.split("\n")
    for line in parse(text, "f", dialect).lines:
        for word in line.words:
            span = word.span
            start = physical[span.line - 1][span.column - 1 :]
            assert start.startswith(word.raw.split("\n")[0].split(" ")[0])
            assert (span.line, span.column) < (span.end_line, span.end_column)
            if not {" ", "\n"} & set(word.raw):
                assert physical[span.line - 1][span.column - 1 : span.end_column - 1] == word.raw
