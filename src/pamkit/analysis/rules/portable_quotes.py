"""Words that families part otherwise.

What it finds

A line with a quote, a backslash or brackets, of which families make other words.

Why it matters

OpenPAM reads quotes and backslashes as a shell does. To the others they are parts of the word.
Brackets keep blanks together for Linux-PAM only.

Avoid

    session optional pam_exec.so [/usr/local/sbin/my script]

Prefer

    session optional pam_exec.so /usr/local/sbin/my-script

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
    "portable-quotes",
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
        "quotes, backslashes and brackets mean other things to other families",
        "use words without them",
    )
