"""A line that goes on in the next one.

What it finds

A line with a backslash at its end.

Why it matters

Solaris joins no lines: the backslash is an argument, and what follows is a line of its own.

Avoid

    auth required pam_unix.so \\
        nullok_secure

Prefer

    auth required pam_unix.so nullok

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "portable-wrapped-line",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the line."""
    if "\\\n" in entry.line.logical.raw:
        yield RULE.finding(
            entry.entry.span,
            "on Solaris no lines are joined: the next one is taken for an entry",
            "write the entry in one line",
        )
