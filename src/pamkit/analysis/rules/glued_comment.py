"""A `#` in the middle of a word.

What it finds

A `#` that has no blank on either side. It begins a comment wherever it stands, in brackets as
well. It is a warning where several words follow.

Why it matters

The rest of the word, and of the line, is not there: a path is another path, an option another
option.

Avoid

    session optional pam_exec.so /usr/local/sbin/run#1

Prefer

    session optional pam_exec.so /usr/local/sbin/run-1  # the first

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("glued-comment", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="SYN-09")

_BLANK = ("", " ", "\t", "#")


def find(file: File) -> Iterator[Finding]:
    """Yield the places where words are cut."""
    for number, line in enumerate(file.syntax.text.split("\n"), 1):
        before, _, comment = line.partition("#")
        if before[-1:] in _BLANK or comment[:1] in _BLANK:
            continue
        kept = before.replace("\t", " ").rpartition(" ")[2]
        yield RULE.finding(
            Span(file.path, number, len(before) + 1, number, len(line) + 1),
            f"`#` begins a comment here: only `{shown(kept)}` is left of the word",
            "leave out the `#`, or put a blank before the comment",
            # Several words are meant as a comment, most likely.
            level=Severity.WARNING if " " in comment.strip() else RULE.level,
        )
