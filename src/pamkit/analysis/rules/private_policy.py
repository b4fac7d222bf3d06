"""A policy that a program without rights cannot read.

What it finds

The file of a screen locker, or one that it includes, that not everybody may read. It is told where
the modes of files are known.

Why it matters

Screen lockers run as the user. A file that cannot be read is passed over: the vendor's file counts
instead, or `other`, and that may refuse everybody or ask for less.

Avoid

    /etc/pam.d/swaylock: (mode 0600)
    auth required pam_unix.so
    account required pam_unix.so

Prefer

    /etc/pam.d/swaylock: (mode 0644)
    auth required pam_unix.so
    account required pam_unix.so

Sources

- `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.roles import LOCKER
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "private-policy",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-02",
)

_EVERYBODY = 0o004


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the files of screen lockers that are not for everybody."""
    seen: set[str] = set()
    for service in tree.services:
        if service.role is not LOCKER or service.policy is None:
            continue
        for file in service.policy.files:
            mode = tree.around.mode(file.name)
            if mode is None or mode.bits & _EVERYBODY or file.name in seen:
                continue
            seen.add(file.name)
            yield RULE.finding(
                Span(file.name, 1),
                f"`{shown(service.name)}` runs as the user, who cannot read this file"
                f" (mode {mode.bits:04o})",
                "let everybody read it: there are no secrets in policies",
            )
