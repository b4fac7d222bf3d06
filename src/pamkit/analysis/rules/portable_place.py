"""Policies where not every family looks.

What it finds

A directory of policies, or a pam.conf, that some family never looks into.

Why it matters

illumos, CDE, AIX and HP-UX know /etc/pam.conf only, in which a column names the service. Linux-PAM
looks into that file only where there is no directory.

Avoid

    auth required pam_unix.so

Prefer

    pam.conf:
    test auth required pam_unix.so

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
    "portable-place",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.9",
    aliases=("portable",),
    policy=True,
    values=(Value(TO, EVERYONE),),
)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield each place once."""
    return portable_findings(
        RULE,
        tree,
        "",
        "put the lines where that family looks; its file has a column for the service",
    )
