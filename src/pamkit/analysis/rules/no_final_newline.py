"""A policy whose last line has no end.

What it finds

A policy that does not end in a newline. Of an access.conf, where the last line does not count
then, `dead-access-rule` speaks.

Why it matters

libpam reads the line all the same. What a script appends to the file lands on it, and is an option
of its module or a part of a word.

Avoid

    test:
    auth required pam_unix.so␃

Prefer

    test:
    auth required pam_unix.so

Sources

- `pam.d(5)`, `access.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("no-final-newline", level=Severity.NOTE, scope=Scope.FILE, since="0.1", id="SYN-19")


def find(file: File) -> Iterator[Finding]:
    """Yield the last line."""
    text = file.syntax.text
    if text and not text.endswith("\n"):
        yield RULE.finding(
            Span(file.path, text.count("\n") + 1),
            "the last line does not end in a newline",
            "add one: what is appended lands on this line",
        )
