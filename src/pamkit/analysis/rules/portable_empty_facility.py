"""A facility without lines.

What it finds

A service with lines for one facility and none for another, where `other` has none either.

Why it matters

Linux-PAM refuses such a call. OpenPAM refuses to start the service. illumos answers success.

Avoid

    test:
    auth required pam_unix.so

Prefer

    test:
    auth required pam_unix.so
    account required pam_unix.so
    password required pam_unix.so
    session required pam_unix.so

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
    "portable-empty-facility",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.9",
    aliases=("portable",),
    policy=True,
    values=(Value(TO, EVERYONE),),
)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the facilities."""
    return portable_findings(
        RULE,
        tree,
        "",
        "write a line with pam_deny",
    )
