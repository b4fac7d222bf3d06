"""A system without the service `other`.

What it finds

No file for the service `other` in the tree of a whole system.

Why it matters

That service stands in for whatever a service does not say. Without it a program whose service
has no file cannot start a transaction, and one that lacks a facility is refused there.

Avoid

    sshd:
    auth required pam_unix.so

Prefer

    sshd:
    auth required pam_unix.so
    account required pam_unix.so
    other:
    auth required pam_deny.so
    account required pam_deny.so
    password required pam_deny.so
    session required pam_deny.so

Sources

- Linux-PAM System Administrators' Guide, section 6
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("missing-other", level=Severity.WARNING, scope=Scope.TREE, since="0.1", id="INC-09")


def find(tree: Tree) -> Iterator[Finding]:
    """Yield what resolving found, if the tree is a system's own."""
    if tree.whole:
        for _, found in tree.reported(RULE.name):
            yield found
            return
