"""A screen locker that counts failures without the right to.

What it finds

A line `authfail` of pam_faillock in a service of a screen locker.

Why it matters

Screen lockers run as the user. They can add to a file of failures that is there and belongs to the
user, and begin none; what a user may write he may clear as well.

Avoid

    swaylock:
    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so

Prefer

    swaylock:
    auth required pam_unix.so

Sources

- `pam_faillock(8)`
"""

from __future__ import annotations

from pamkit.analysis.counting import (
    faillock_word,
)
from pamkit.analysis.roles import (
    LOCKER,
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
    "faillock-without-rights", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="LOCK-15"
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the line."""
    if service.role is not LOCKER:
        return
    for _, known in service.links(Facility.AUTH):
        if faillock_word(known) == "authfail":
            yield RULE.finding(
                known.span,
                f"`{shown(service.name)}` runs as the user, and can begin no file of failures",
                "count on it only for users who have such a file",
            )
            return
