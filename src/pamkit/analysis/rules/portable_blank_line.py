"""A line of nothing but blanks.

What it finds

A line that has blanks or tabs in it, and nothing else.

Why it matters

Solaris and illumos give up the whole file there, for every service.

Avoid

    auth required pam_unix.so
    ⟨ x 2⟩
    account required pam_unix.so

Prefer

    auth required pam_unix.so

    account required pam_unix.so

Sources

- `pam.conf(5)` of illumos
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
    "portable-blank-line",
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
        "a line of blanks breaks the file in some families",
        "take the blanks away: a line without any byte is harmless",
    )
