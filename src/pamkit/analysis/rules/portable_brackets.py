"""A control that only Linux-PAM reads.

What it finds

A control in brackets.

Why it matters

OpenPAM and Sun's libraries know words only: they refuse the service. CDE, AIX and HP-UX leave the
line out.

Avoid

    auth [success=done default=bad] pam_unix.so

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
    "portable-brackets",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.9",
    aliases=("portable",),
    policy=True,
    values=(Value(TO, EVERYONE),),
)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the controls."""
    return portable_findings(
        RULE,
        tree,
        "brackets are known to Linux-PAM only",
        "use a word; `pamkit translate` finds those that mean the same",
    )
