"""A line that setcred or close_session judges otherwise elsewhere.

What it finds

A line of `auth` or `session` on which setcred or close_session hang otherwise.

Why it matters

With Linux-PAM setcred follows the lines that authenticate has asked, and each answer counts as
required. Elsewhere the lines are judged anew by their controls: others may be asked, and what one
says may not count. The same is so of close_session. Debian passes over lines that jumped, where
Linux-PAM counts them.

Avoid

    auth sufficient pam_unix.so
    auth required pam_deny.so

Prefer

    session required pam_permit.so

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
    "portable-credentials",
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
        "setcred and close_session judge this line otherwise elsewhere",
        "`pamkit diff --dialect OLD,NEW DIR DIR` shows a run in which they part",
    )
