"""A `-` before the facility.

What it finds

A line that begins with `-`.

Why it matters

Linux-PAM and OpenPAM of 2023 and later are then quiet about a module that is not there. NetBSD,
macOS and Sun's libraries refuse the service, or leave the line out.

Avoid

    -session optional pam_systemd.so

Prefer

    session optional pam_systemd.so

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
    "portable-dash",
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
        "not every family knows a `-` here",
        "leave it out, and the line too where the module is not installed",
    )
