"""A yes that does not end the call everywhere.

What it finds

A line of `password` whose success ends the check of a change in some families only.

Why it matters

With Linux-PAM and Solaris a yes of `sufficient` ends the check of chauthtok: who stands behind it
is asked in neither pass. OpenPAM and macOS ask every module. CDE ends the whole call, and nothing
is changed.

Avoid

    password sufficient pam_unix.so
    password required pam_ldap.so

Prefer

    password required pam_unix.so

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
    "portable-sufficient",
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
        "use `required`, so that everybody is asked",
    )
