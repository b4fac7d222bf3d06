"""Passwords that can be tried without end.

What it finds

A service that asks people for a password of this machine's, in whose `auth` lines nothing counts
failures.

Why it matters

Nothing but the delay after a failure slows down who tries one password after the other.

Avoid

    sshd:
    auth required pam_unix.so

Prefer

    sshd:
    auth required pam_faillock.so preauth
    auth [success=1 default=ignore] pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_permit.so
    account required pam_faillock.so

Sources

- `pam_faillock(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.standalone import standalone
from pamkit.module.facts import ASKS_DAEMON, ASKS_NETWORK, COUNTS_FAILURES, PROVES_IDENTITY
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service, Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "uncounted-attempts",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="AUTH-21",
    policy=True,
)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the first line of each service that checks a password."""
    for service in standalone(tree):
        if service.role.asks and not service.role.trusts_root:
            yield from _in(service)


def _in(service: Service) -> Iterator[Finding]:
    links = service.links(Facility.AUTH)
    if any(known.states(COUNTS_FAILURES) or known.declaration is None for _, known in links):
        return
    for _, known in links:
        elsewhere = known.states(ASKS_DAEMON) or known.states(ASKS_NETWORK)
        if known.states(PROVES_IDENTITY) and not elsewhere:
            yield RULE.finding(
                known.span,
                "nothing counts how often a wrong password is tried here",
                "put pam_faillock around this line",
            )
            return
