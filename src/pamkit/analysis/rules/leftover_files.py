"""What an update or an editor left in a directory of policies.

What it finds

Files whose names say that they are a backup, a template, or the other half of an update:
`.rpmnew`, `.dpkg-dist`, `.pacnew`, `.orig`, `~` and the like.

Why it matters

Each is a service of its own to a program that is told to use it. And an update has not been
merged: what it brings, such as the end of a module, is missed.

Avoid

    sshd:
    auth required pam_unix.so
    sshd.rpmnew:
    auth required pam_unix.so

Prefer

    sshd:
    auth required pam_unix.so

Sources

- `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("leftover-files", level=Severity.NOTE, scope=Scope.TREE, since="0.1", id="INC-14")


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the files that are no policies by their names."""
    for path, what in tree.left_over:
        name = shown(path.rpartition("/")[2])
        yield RULE.finding(
            Span(path, 1),
            f"this file is {what}, and the policy of a service `{name}` to libpam",
            "merge it, or remove it",
        )
