"""A chain in which nobody need have a say.

What it finds

A facility in which every line may be passed over.

Why it matters

If none of them counts, Linux-PAM, OpenPAM and Solaris refuse, and macOS grants: there a chain is
passed unless a line that counts has failed. In setcred Linux-PAM grants too, if authenticate did.

Avoid

    test:
    auth sufficient pam_unix.so
    auth optional pam_ldap.so

Prefer

    test:
    session required pam_permit.so

Sources

- `pam.conf(5)` of FreeBSD and macOS
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
    "portable-nobody-refuses",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.9",
    aliases=("portable",),
    policy=True,
    values=(Value(TO, EVERYONE),),
)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the last line of each such chain."""
    return portable_findings(
        RULE,
        tree,
        "",
        "end the chain with a line that is `required`, and whose module always has a say",
    )
