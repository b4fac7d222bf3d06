"""A module that says `try_again` ends the call on Solaris.

What it finds

A line that need not succeed, and whose module may say `try_again`.

Why it matters

Solaris and illumos end the call there, whatever the control. The others take it for any other
error, and go on to the next line.

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
    "portable-try-again",
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
        "make the line `required`, or leave it out on Solaris",
    )
