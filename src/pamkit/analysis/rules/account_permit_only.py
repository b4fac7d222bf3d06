"""An account check that checks nothing.

What it finds

A service that people log in with, or act as another, whose lines of `account` all say yes to
everybody. Services that let in by design, such as `gdm-autologin`, are left out.

Why it matters

Accounts that have expired, and passwords that are due, are never noticed.

Avoid

    sshd:
    auth required pam_unix.so
    account required pam_permit.so

Prefer

    sshd:
    auth required pam_unix.so
    account required pam_unix.so

Sources

- `pam_acct_mgmt(3)`
- `pam_permit(8)`
"""

from __future__ import annotations

from pamkit.analysis.roles import (
    BECOME,
    CONSOLE,
    DESKTOP,
    REMOTE,
)
from pamkit.analysis.roles import CALLER as ASKS_CALLER
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    ALWAYS_SUCCEEDS,
)
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "account-permit-only", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="ACCT-02"
)

_ROLES = (CONSOLE, REMOTE, DESKTOP, BECOME, ASKS_CALLER)


def find(service: Service) -> Iterator[Finding]:
    """Yield the first line."""
    links = service.links(Facility.ACCOUNT)
    if not links or service.role not in _ROLES or not service.whole:
        return
    if all(known.states(ALWAYS_SUCCEEDS) and not link.refusal for link, known in links):
        yield RULE.finding(
            links[0][1].span,
            f"`{shown(service.name)}` checks no accounts: every line says yes to everybody",
            "write `account required pam_unix.so`, or include what other services do",
        )
