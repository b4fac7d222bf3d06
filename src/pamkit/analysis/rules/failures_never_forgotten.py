"""Failures that a successful login does not forget.

What it finds

A service with a line `authfail` of pam_faillock in which the right password comes to no line
`authsucc`, and `account` has no line of pam_faillock that a local user passes.

Why it matters

Failures add up. Who mistypes now and then, and logs in each time, is locked out one day in the
middle of `fail_interval`.

Avoid

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_faillock.so authsucc
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
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER, DUE, EXPIRED, LOCKED, NOLOGIN, SECRET, USER
from pamkit.analysis.claims import is_granted
from pamkit.analysis.counting import (
    faillocks,
)
from pamkit.analysis.known_modules import FORGOT
from pamkit.analysis.passage import passages
from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.service_names import is_shared
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import FACILITY_OF, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "failures-never-forgotten", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="LOCK-02"
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the line `authfail`, if no way of the right password leads to what forgets it."""
    lines = faillocks(service)
    # What is made to be included may have its other half in another file.
    if "authfail" not in lines or is_shared(service.name):
        return
    if not service.role.calls >= {Primitive.AUTHENTICATE, Primitive.ACCT_MGMT}:
        return
    if _forgets(service, Primitive.AUTHENTICATE) or _forgets(service, Primitive.ACCT_MGMT):
        return
    known = lines["authfail"][1]
    yield RULE.finding(
        known.span,
        "a successful login does not forget the failures that are counted here",
        "add `account required pam_faillock.so`, or a line `authsucc` that success leads to",
    )


def _forgets(service: Service, primitive: Primitive) -> bool:
    """Whether some way to yes forgets failures; also if it cannot be known."""
    return service.results.made(
        RULE.name, FACILITY_OF[primitive], lambda: _is_forgetting(service, primitive)
    )


def _is_forgetting(service: Service, primitive: Primitive) -> bool:
    given = ((USER, "local"), (SECRET, "right"), (LOCKED, "no"), (CALLER, "other"))
    good = ((EXPIRED, "no"), (DUE, "no"), (NOLOGIN, "no"))
    seen = passages(service, primitive, lambda _, __: (), given=(*given, *good))
    if seen is None:
        return True
    ends = [end for end in seen.ends if is_granted(end)]
    return not ends or any(FORGOT in end.marks for end in ends)
