"""pam_securetty without its list.

What it finds

A line of pam_securetty in a system without `/etc/securetty`, or with one that others can write.

Why it matters

Without the list root may come from anywhere: pam_securetty then says yes. A list that others can
write is an error to it, and root is refused.

Avoid

    /etc/passwd:
    root:x:0:0::/root:/bin/sh
    login:
    auth required pam_securetty.so
    auth required pam_unix.so

Prefer

    /etc/securetty:
    tty1
    login:
    auth required pam_securetty.so
    auth required pam_unix.so

Sources

- `pam_securetty(8)`
- `securetty(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "missing-securetty",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-06",
)

_LIST = "/etc/securetty"
_OTHERS_WRITE = 0o002


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the lines of pam_securetty."""
    mode = tree.around.mode(_LIST)
    for known in tree.entries_of("pam_securetty"):
        if tree.around.has(_LIST) is False:
            yield RULE.finding(
                known.span,
                f"there is no `{_LIST}`: root may come from every terminal",
                "write the list of terminals, or remove the line",
            )
        elif mode is not None and mode.bits & _OTHERS_WRITE:
            yield RULE.finding(
                known.span,
                f"`{_LIST}` can be written by everybody: root is refused",
                "take the right to write it away",
                level=Severity.ERROR,
            )
