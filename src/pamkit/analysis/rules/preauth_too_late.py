"""A line `preauth` of pam_faillock that stands behind what checks the password.

What it finds

The first line `preauth` of pam_faillock, behind a module that checks a password. It is a warning
where who is locked out is refused all the same: by that line, or by `authsucc`.

Why it matters

With `sufficient` above it, the right password ends the chain before anybody looks whether the
account is locked: the lock is none. Elsewhere the password of a locked account is asked for,
judged and may be sent to other machines.

Avoid

    auth sufficient pam_unix.so
    auth required pam_faillock.so preauth
    auth [default=die] pam_faillock.so authfail
    account required pam_faillock.so
    account required pam_unix.so

Prefer

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so

Sources

- `pam_faillock(8)`
- ansible-lockdown/RHEL8-STIG issue 148
- RHEL-08-020025, RHEL-08-020026
"""

from __future__ import annotations

from pamkit.analysis.counting import (
    late_preauth,
)
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "preauth-too-late",
    level=Severity.ERROR,
    scope=Scope.SERVICE,
    since="0.1",
    id="LOCK-05",
    sources=("RHEL-08-020025", "RHEL-08-020026"),
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the line, if what checks the password stands above it."""
    late = late_preauth(service)
    if late is None or not service.whole:
        return
    link, check, known = late
    decides = check.actions[ReturnCode.SUCCESS] == Action.DONE
    skips = 0 < link.number - check.number <= check.actions[ReturnCode.SUCCESS]
    yield RULE.finding(
        known.span,
        "whether the account is locked is looked at after the password was checked",
        "put the line above what asks for the password",
        level=RULE.level if decides or skips else Severity.WARNING,
        related=((check.span, "the password is checked here"),),
    )
