"""A demand for a new password that means other things elsewhere.

What it finds

A line on which it hangs whether a new password is wanted.

Why it matters

With `required` or `requisite` Linux-PAM goes on, and a later refusal wins; OpenPAM and Solaris take
it for a failure, which wins over a later one. With `sufficient` Linux-PAM ends there, the others go
on. With `sufficient` or `optional` Solaris forgets it where any other line succeeds.

Avoid

    account required pam_unix.so
    account required pam_access.so

Prefer

    account required pam_permit.so

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
    "portable-must-change",
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
        "",
        "`pamkit translate` shows where this changes who is let by",
    )
