"""A passwd that does not go by the rules of the other services.

What it finds

passwd with lines of `password` of its own, where there is a shared file for them that passwd does
not include.

Why it matters

What is changed in the shared file, how long passwords must be or how they are stored, does not
count where passwords are changed most.

Avoid

    passwd:
    password required pam_unix.so
    system-auth:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok
    login:
    password include system-auth

Prefer

    passwd:
    password include system-auth
    system-auth:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok
    login:
    password include system-auth

Sources

- OL07-00-010118
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.service_names import is_shared
from pamkit.module.facts import (
    CHANGES_SECRET,
)
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "passwd-by-itself",
    level=Severity.NOTE,
    scope=Scope.TREE,
    since="0.1",
    id="PW-15",
    sources=("OL07-00-010118",),
)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the first line of passwd that stores."""
    passwd = tree.service("passwd")
    if passwd is None or not passwd.whole:
        return
    stores = [k for _, k in passwd.links(Facility.PASSWORD) if k.states(CHANGES_SECRET)]
    if not stores or any(known.span.file != passwd.file.path for known in stores):
        return
    for file in tree.files:
        shared = [k for k in file.of(Facility.PASSWORD) if k.states(CHANGES_SECRET)]
        if shared and is_shared(file.name) and file.path in tree.included:
            yield RULE.finding(
                stores[0].span,
                f"passwd has rules of its own, beside those of `{shown(file.name)}`",
                f"write `password include {shown(file.name)}`",
                related=((shared[0].span, "the others store passwords here"),),
            )
            return
