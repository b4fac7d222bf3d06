"""A file to be included that nobody includes.

What it finds

In a whole system a file such as `common-auth` or `system-auth` that no other file includes.

Why it matters

What is changed in it changes nothing. Often it is the one that was edited, while the services
include another.

Avoid

    system-auth:
    auth required pam_faillock.so preauth
    auth required pam_unix.so
    password-auth:
    auth required pam_unix.so
    sshd:
    auth include password-auth

Prefer

    system-auth:
    auth required pam_unix.so
    sshd:
    auth include system-auth

Sources

- `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.service_names import is_shared
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("unused-shared-file", level=Severity.NOTE, scope=Scope.TREE, since="0.1", id="INC-16")

_FOR_DESKTOPS = ("fingerprint-auth", "smartcard-auth", "switchable-auth", "postlogin")
"""Files that a tool always writes, whoever is there to include them."""


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the files."""
    for file in tree.files if tree.whole else ():
        is_meant = is_shared(file.name) and not file.name.startswith(_FOR_DESKTOPS)
        if is_meant and file.path not in tree.included and file.entries:
            yield RULE.finding(
                Span(file.path, 1),
                f"nobody includes `{shown(file.name)}`",
                "include it, or remove it",
            )
