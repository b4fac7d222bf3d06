"""A policy that no program can ask for.

What it finds

A file of a policy directory whose name has capital letters, and that no other file includes.

Why it matters

libpam writes the name of a service in small letters before it looks for the file.

Avoid

    Xrdp:
    auth required pam_unix.so

Prefer

    xrdp:
    auth required pam_unix.so

Sources

- `pam_start(3)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.words import ascii_lower
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "service-name-not-lowercase", level=Severity.WARNING, scope=Scope.TREE, since="0.1", id="INC-11"
)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the services whose names are spelled in a way that is never looked for."""
    for service in tree.services:
        name = service.name
        if ascii_lower(name) != name and service.file.path not in tree.included:
            yield RULE.finding(
                Span(service.file.path, 1),
                f"libpam looks for `{shown(ascii_lower(name))}`, never for `{shown(name)}`",
                "rename the file",
            )
