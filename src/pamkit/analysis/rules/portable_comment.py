"""A `#` that begins a comment for some families only.

What it finds

A `#` behind the words of a line, or behind blanks.

Why it matters

Linux-PAM ends the line there, also inside of a word. Sun's libraries take `#` for a comment in the
first column only: the words behind it are arguments. OpenPAM keeps it inside of a word, macOS does
not.

Avoid

    auth required pam_unix.so # passwords

Prefer

    # passwords
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
    "portable-comment",
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
        "not every family takes this `#` for the begin of a comment",
        "put the comment in a line of its own, from the first column on",
    )
