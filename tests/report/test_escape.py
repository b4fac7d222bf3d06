"""Escaping: any text comes back as it is shown, and is never mark-up."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.report.escape import escaped, visible

any_text = st.text(st.characters(exclude_categories=()), max_size=40)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


@given(any_text)
def test_any_text_round_trips_and_adds_no_mark_up(text: str) -> None:
    reader = _Reader()
    reader.feed(f'<p title="{escaped(text)}">{escaped(text)}</p>')
    reader.close()
    assert ([("p", [("title", visible(text))])], visible(text)) == (reader.tags, reader.text)
    assert visible(text).isprintable()
    escaped(text).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pam_unix.so", "pam_unix.so"),
        ("<b>&\"'`", "&lt;b&gt;&amp;&quot;&#39;&#96;"),
        ("a\nb\x1b[31m\x9b", "a\\x0ab\\x1b[31m\\x9b"),
        ("\u202eexe.\u2066\u200b", "\\u202eexe.\\u2066\\u200b"),
        ("\udcff\ud800", "\\xff\\ud800"),
        ("größe 名前", "größe 名前"),
    ],
)
def test_what_acts_is_shown_as_what_it_is(text: str, shown: str) -> None:
    assert shown == escaped(text)
