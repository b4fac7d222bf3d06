"""A comment behind an entry.

What it finds

A `#` behind the words of a line.

Why it matters

Linux-PAM ends the line there. Solaris takes `#` for a comment in the first column only: the words
behind it are arguments. OpenPAM keeps it inside of a word.

Avoid

    auth required pam_unix.so # passwords

Prefer

    # passwords
    auth required pam_unix.so

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
    "portable-comment",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the line."""
    if entry.line.logical.comment:
        yield RULE.finding(
            entry.entry.span,
            "on Solaris the module gets the words of this comment as arguments",
            "put the comment in a line of its own",
        )
