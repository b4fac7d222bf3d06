"""A policy that cannot be read.

What it finds

A file in a directory of policies that cannot be opened, or not be read to its end.

Why it matters

libpam takes the next directory's file of that name for it, or the end of what could be read for
the end of the file. pamkit refuses the service.

Avoid

    test: (unreadable)
    auth required pam_unix.so

Prefer

    test:
    auth required pam_unix.so

Sources

- `pam.conf(5)`, `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("unreadable-policy", level=Severity.ERROR, scope=Scope.TREE, since="0.1", id="SYN-17")


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the files that could not be read."""
    for path, reason in tree.unreadable:
        yield RULE.finding(
            Span(path, 1),
            f"the file cannot be read: {reason}",
            "run this as somebody who may read it, or mend the file",
        )
