"""An inclusion that other families read otherwise.

What it finds

`include`, `substack` or `@include`, where some family takes the name for something else.

Why it matters

After `include` stands a file of lines for Linux-PAM, a service for OpenPAM, and for Solaris a file
with a column for the service. `substack` is known to Linux-PAM only, `@include` to Debian's.

Avoid

    auth include system-auth

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
    "portable-include",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.9",
    aliases=("portable",),
    policy=True,
    values=(Value(TO, EVERYONE),),
)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the inclusions."""
    return portable_findings(
        RULE,
        tree,
        "an inclusion is not the same everywhere",
        "write the lines out; `pamkit translate` does so",
    )
