"""A pam.conf that nobody reads.

What it finds

A pam.conf with entries beside a directory of policies.

Why it matters

If the directory is there, libpam does not look at the file. What somebody wrote into it has no
effect.

Avoid

    pam.conf:
    sshd auth required pam_oath.so
    sshd:
    auth required pam_unix.so

Prefer

    sshd:
    auth required pam_oath.so
    auth required pam_unix.so

Sources

- `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("dead-pam-conf", level=Severity.WARNING, scope=Scope.TREE, since="0.1", id="INC-13")


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the first entry of the file."""
    if tree.dead is not None and tree.dead.entries:
        yield RULE.finding(
            tree.dead.entries[0].entry.span,
            "this file is not read: there is a directory of policies",
            "move its lines into files of that directory",
        )
