"""What modules send to the terminal is shown, not obeyed."""

from __future__ import annotations

import pytest

from pamkit.engine.harmless import harmless

TEXTS = [
    ("Password: ", "Password: "),
    ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ("Passwörter für 日本: ", "Passwörter für 日本: "),
    ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
    ("gone\rover\x08\x7f\0", "gone\\x0dover\\x08\\x7f\\x00"),
    ("\x9b2J and \x85", "\\x9b2J and \\x85"),
    (b"\x9b2J caf\xe9".decode("utf-8", "surrogateescape"), "\\x9b2J caf\\xe9"),
    ("\ud800", "\\ud800"),
    ("\u202eback\u2066\u2028", "\\u202eback\\u2066\\u2028"),
]


@pytest.mark.parametrize(("text", "shown"), TEXTS)
def test_what_a_terminal_would_obey_is_spelled_out(text: str, shown: str) -> None:
    assert harmless(text) == shown
