"""Accounts of the system that can log in.

What it finds

A service that logs people in, in which nothing stops an account with a number below 1000, other
than root, that has a password.

Why it matters

Daemons and tools have accounts that nobody logs in as. One of them with a password is an account
that nobody watches.

Avoid

    login:
    auth required pam_unix.so
    account required pam_unix.so

Prefer

    login:
    auth required pam_unix.so
    account requisite pam_usertype.so isregular
    account required pam_unix.so

Sources

- `pam_usertype(8)`, `access.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.circumstance import DUE, EXPIRED, USER
from pamkit.analysis.claims import ROOT_CAN_GET_IN
from pamkit.analysis.proved import proved
from pamkit.analysis.roles import CONSOLE, DESKTOP, REMOTE
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "system-accounts-log-in",
    level=Severity.NOTE,
    scope=Scope.SERVICE,
    since="0.1",
    id="AUTH-14",
    policy=True,
)

_LETS_IN = ROOT_CAN_GET_IN.changed(
    name="system-account-lets-in",
    sentence="an account of the system, with the right password, can be let in",
    given=tuple((dict(ROOT_CAN_GET_IN.given) | {USER: "system"}).items()),
)
_PASSES = _LETS_IN.changed(
    name="system-account-passes",
    sentence="an account of the system passes the account check",
    primitive=Primitive.ACCT_MGMT,
    given=tuple((dict(_LETS_IN.given) | {EXPIRED: "no", DUE: "no"}).items()),
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the first line of `auth`."""
    links = service.links(Facility.AUTH)
    if service.role not in (CONSOLE, REMOTE, DESKTOP) or not links:
        return
    results = [proved(service, claim) for claim in (_LETS_IN, _PASSES)]
    if all(result is not None and result.holds and not result.assumed for result in results):
        yield RULE.finding(
            links[0][1].span,
            f"accounts of the system that have a password can log in to `{shown(service.name)}`",
            "refuse them, with pam_usertype or pam_access, or see that none has a password",
        )
