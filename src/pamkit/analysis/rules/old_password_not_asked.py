"""A change of password that asks for no old one.

What it finds

A service that changes passwords whose lines of `password` store them with a program of pam_exec,
and with no module that asks for the old password.

Why it matters

Whoever finds a session left open, or runs the program for somebody else, can set a password.
pam_exec gives the program what is in the place of the new one, and asks for nothing else.

Avoid

    passwd:
    password [success=1 default=ignore] pam_rootok.so
    password required pam_exec.so seteuid expose_authtok /usr/local/sbin/setpw

Prefer

    passwd:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok

Sources

- `pam_exec(8)`
- NixOS/nixpkgs issue 287420
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    CHANGES_SECRET,
)
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "old-password-not-asked", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="PW-10"
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the line of pam_exec."""
    links = service.links(Facility.PASSWORD)
    if not service.role.changes or not service.whole:
        return
    if any(known.declaration is None or known.states(CHANGES_SECRET) for _, known in links):
        return
    for _, known in links:
        if known.module == "pam_exec" and "expose_authtok" in known.args:
            yield RULE.finding(
                known.span,
                "a password is set here, and no line asks for the old one",
                "let a module that stores passwords do it, or one that checks the old one first",
            )
            return
