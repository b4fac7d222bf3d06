"""A control that not every family has.

What it finds

`binding`, `definitive`, or another word in the place of a control that some family does not know.

Why it matters

OpenPAM and Sun's libraries know `binding`, Solaris 11 alone `definitive`; to Linux-PAM they are
mistakes, and the line fails. CDE and HP-UX do not know `requisite`, and leave the line out.

Avoid

    auth binding pam_unix.so

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
    "portable-control",
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
        "not every family has this control",
        "`pamkit translate` finds what means the same",
    )
