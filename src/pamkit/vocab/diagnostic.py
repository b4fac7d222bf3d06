"""One finding about a policy: what, how bad, where, and what to do."""

from __future__ import annotations

from pamkit.vocab.names import Names
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span


class Severity(Names):
    """How bad a finding is."""

    NOTE = 0
    WARNING = 1
    ERROR = 2


class Finding(Record):
    """Something odd that was found while reading a policy; it never stops the reading.

    ``rule`` is a stable name (`unknown-control`), ``message`` one lower-case sentence
    without a full stop, ``help`` what to do about it.  ``related`` are the other places that are
    involved, each with what is there.
    """

    rule: str
    severity: Severity
    span: Span
    message: str
    help: str = ""
    related: tuple[tuple[Span, str], ...] = ()

    def __str__(self) -> str:
        """The finding as one or two lines of text."""
        head = f"{self.span}: {self.severity.name.lower()}: {self.message} [{self.rule}]"
        return f"{head}\n  help: {self.help}" if self.help else head


def shown(text: str) -> str:
    """Return a user's text fit for a message: what a terminal would obey is escaped."""
    return text if text.isprintable() else ascii(text)[1:-1]
