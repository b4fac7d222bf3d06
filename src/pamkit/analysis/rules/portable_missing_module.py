"""A module that is not installed everywhere.

What it finds

Lines that mean something else where their module is not there, once for each file.

Why it matters

Linux-PAM lets the line fail, which `optional` and `sufficient` forgive. OpenPAM does not start the
service, Solaris refuses the call, and CDE passes over the line even if it is required.

Avoid

    auth sufficient pam_u2f.so
    auth required pam_unix.so

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
    "portable-missing-module",
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
        "install the module everywhere, or leave the line out where it is missing",
    )
