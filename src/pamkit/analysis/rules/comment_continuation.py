r"""A comment behind an entry that wants to continue.

What it finds

A line with an entry and a comment that ends in a `\`.

Why it matters

A comment ends with its line: the `\` continues nothing, and what stands below is an entry of
its own.

Avoid

    auth required pam_unix.so # the usual \
      nodelay

Prefer

    auth required pam_unix.so \
      nodelay # the usual

Sources

- `pam.conf(5)`, `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "comment-continuation", level=Severity.WARNING, scope=Scope.FILE, since="0.1", id="SYN-08"
)


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found, where there is an entry that could have been continued."""
    entries = {entry.line.logical.line for entry in file.entries}
    return (found for found in file.reported(RULE.name) if found.span.line in entries)
