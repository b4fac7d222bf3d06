"""A line that goes on in the next one.

What it finds

A line with a backslash at its end.

Why it matters

Sun's libraries join no lines: the backslash is an argument, and what follows is a line of its own.

Avoid

    auth required pam_unix.so \\
        nullok_secure

Prefer

    auth required pam_unix.so nullok

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable import EVERYONE, TO, portable_findings
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "portable-wrapped-line",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.9",
    aliases=("portable",),
    policy=True,
    values=(Value(TO, EVERYONE),),
)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the lines."""
    return portable_findings(
        RULE,
        tree,
        "not every family joins lines",
        "write the entry in one line",
    )
