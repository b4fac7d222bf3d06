"""A module without the function that is asked for.

What it finds

A line whose module has no function for the call, where families go on otherwise.

Why it matters

Linux-PAM and OpenPAM let the line fail, macOS and CDE pass over it, Solaris and illumos refuse the
whole call before anybody is asked.

Avoid

    session optional pam_pwquality.so
    session required pam_unix.so

Prefer

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
    "portable-missing-function",
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
        "remove the line, or put it into the facility that the module is for",
    )
