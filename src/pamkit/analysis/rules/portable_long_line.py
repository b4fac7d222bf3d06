"""A line that is too long for some families.

What it finds

A line of more than 255 bytes.

Why it matters

Solaris and illumos fail the service for such a line, CDE cuts it in two.

Avoid

    auth required pam_unix.so ⟨prompt=hello x 20⟩

Prefer

    auth required pam_unix.so

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
    "portable-long-line",
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
        "the line is too long for some families",
        "leave options out, or put them where the module is configured",
    )
