"""A job that forgets the failures of its user.

What it finds

pam_faillock in `account` of a service that starts work for a user who is not there, such as cron
or systemd-user, and asks for no password.

Why it matters

Older versions forgot the failures of the user each time such a job began: the lock was opened
every few minutes. Newer ones look whether `auth` was asked before.

Avoid

    crond:
    account required pam_faillock.so
    account required pam_unix.so

Prefer

    crond:
    account required pam_unix.so

Sources

- `pam_faillock(8)`
- linux-pam/linux-pam issue 921
"""

from __future__ import annotations

from pamkit.analysis.roles import (
    JOB,
)
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "reset-without-attempt", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="LOCK-13"
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the line, if the programs of the service never ask for a password."""
    if service.role is not JOB:
        return
    for _, known in service.links(Facility.ACCOUNT):
        if known.module == "pam_faillock":
            yield RULE.finding(
                known.span,
                f"`{shown(service.name)}` asks nobody for a password, and older versions forget"
                " failures here",
                "leave it out where no password is asked for",
            )
            return
