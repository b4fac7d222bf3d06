"""A change of user that changes who is accountable.

What it finds

pam_loginuid in `session` of a service by which a user acts as another, such as su or sudo.

Why it matters

The kernel's audit records who logged in, whatever they become later. With this line what is done
through su or sudo is on the record of root; or, where the kernel forbids the change, the service
fails.

Avoid

    sudo:
    auth required pam_unix.so
    account required pam_unix.so
    session required pam_loginuid.so

Prefer

    sudo:
    auth required pam_unix.so
    account required pam_unix.so
    session required pam_limits.so

Sources

- `pam_loginuid(8)`
"""

from __future__ import annotations

from pamkit.analysis.roles import (
    BECOME,
)
from pamkit.analysis.roles import CALLER as ASKS_CALLER
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "audit-identity-changed", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="SES-04"
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the line."""
    if service.role not in (BECOME, ASKS_CALLER):
        return
    for _, known in service.links(Facility.SESSION):
        if known.module == "pam_loginuid":
            yield RULE.finding(
                known.span,
                f"`{shown(service.name)}` changes who is accountable for what follows",
                "leave the line to services that people log in with",
            )
