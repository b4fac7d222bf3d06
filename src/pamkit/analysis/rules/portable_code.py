"""A refusal that is told with another code elsewhere.

What it finds

A line on which nothing hangs but the code of a refusal.

Why it matters

Programs tell users why they are refused by the code, and some act on it. Where nobody has a say
Linux-PAM tells `perm_denied`, OpenPAM `system_err`, and Solaris the first error that was put aside.

Avoid

    auth sufficient pam_unix.so
    auth sufficient pam_ldap.so

Prefer

    account required pam_permit.so

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
    "portable-code",
    level=Severity.NOTE,
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
        "the code of a refusal is not the same everywhere",
        "where programs act on the code, end the chain with a line that is `required`",
    )
