import pytest

from pamkit.vocab.diagnostic import Finding, Severity, shown
from pamkit.vocab.span import Span


def test_a_finding_is_one_line() -> None:
    found = Finding("odd", Severity.NOTE, Span("su", 4, 10), "it is odd")
    assert str(found) == "su:4:10: note: it is odd [odd]"


def test_a_finding_with_help_is_two() -> None:
    found = Finding("odd", Severity.ERROR, Span("su", 4), "it is odd", "make it even")
    assert str(found) == "su:4:1: error: it is odd [odd]\n  help: make it even"


@pytest.mark.parametrize(
    ("expected", "text"), [("\u00e9", "\u00e9"), (r"\x1b[2J", "\x1b[2J"), (r"\udcff", "\udcff")]
)
def test_what_a_terminal_would_obey_is_escaped(expected: str, text: str) -> None:
    assert shown(text) == expected
