"""A count of logins that only a part of the programs ever resets.

What it finds

pam_tally or pam_tally2 in `auth` without a line of the same module in `account`. Services
whose programs are known to reset the count all the same are left out.

Why it matters

The count goes up with every attempt, before anybody knows how it ends. Without the line in
`account` only programs that call `pam_setcred` on the same handle set it back; for all others,
sshd among them, each success counts as a failure.

Avoid

    auth required pam_tally2.so deny=5
    auth required pam_unix.so
    account required pam_unix.so

Prefer

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so

Sources

- `pam_tally2(8)`
- cloudposse/bastion issue 53
"""

from __future__ import annotations

from pamkit.analysis.counting import (
    COUNTERS,
)
from pamkit.analysis.roles import NETWORK, REMOTE, STRANGER
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "tally-never-reset", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="LOCK-14"
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the line in `auth` that has no counterpart."""
    if service.role not in (REMOTE, NETWORK, STRANGER) or not service.whole:
        return
    account = service.chains[Facility.ACCOUNT] if service.chains else ()
    reset = {service.known[link.span].module for link in account}
    for _, known in service.links(Facility.AUTH):
        if reset and known.module in COUNTERS[1:] and known.module not in reset:
            yield RULE.finding(
                known.span,
                f"`{known.module}` counts every login, and no line of `account` resets it",
                f"add `account required {known.module}.so`; better, change to pam_faillock",
            )
