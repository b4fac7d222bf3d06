"""A wrong password that is refused and not counted.

What it finds

A service with a line `authfail` of pam_faillock that a wrong password of a local or a system user
does not come to: a line above ends the chain, or a jump leads over it (LOCK-16 of other lists).
Ways that the policy lays around the line for some, by a condition, are left out.

Why it matters

Guesses on this way cost nothing: the account is never locked.

Avoid

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth requisite pam_succeed_if.so uid >= 1000 quiet_success
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so
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
- authselect/authselect issue 198
- ComplianceAsCode/content issue 2171
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER, LOCKED, SECRET, USER
from pamkit.analysis.claims import is_granted
from pamkit.analysis.counting import (
    checks_password,
    faillocks,
)
from pamkit.analysis.known_modules import COUNTED
from pamkit.analysis.passage import BY_CONDITION, by_condition, passages, shown_here
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.chain import Substack
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.explore import Outcome
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "failure-not-counted",
    level=Severity.ERROR,
    scope=Scope.SERVICE,
    since="0.1",
    id="LOCK-04",
    aliases=("LOCK-16",),
)

_TRIED = "a password was refused"


def find(service: Service) -> Iterable[Finding]:
    """Return the line `authfail`, with a run that goes around it."""
    lines = faillocks(service)
    if "authfail" not in lines:
        return ()
    counter, known = lines["authfail"]
    return service.results.made(
        RULE.name, Facility.AUTH, lambda: tuple(_ways_around(service, counter, known))
    )


def _ways_around(service: Service, counter: Link, known: KnownEntry) -> Iterator[Finding]:
    # A jump counts what is nested as one line: then nobody can tell by numbers where it leads.
    nested = any(isinstance(each, Substack) for each in service.chains[Facility.AUTH].links)

    def noted(link: Link, outcome: Outcome) -> tuple[str, ...]:
        at = service.known[link.span]
        refused = checks_password(at) and (SECRET, "wrong") in outcome.settles
        leads_past = nested or link.number + link.actions[outcome.code] >= counter.number
        laid = by_condition(at, link, outcome) if leads_past else ()
        return (*((_TRIED,) if refused else ()), *laid)

    for user in ("local", "system"):
        given = ((USER, user), (SECRET, "wrong"), (LOCKED, "no"), (CALLER, "other"))
        seen = passages(service, Primitive.AUTHENTICATE, noted, given=given)
        for end in seen.ends if seen else ():
            refused = _TRIED in end.marks and not is_granted(end)
            if seen and refused and not end.marks & {COUNTED, BY_CONDITION}:
                yield RULE.finding(
                    known.span,
                    "a wrong password can be refused without being counted here",
                    "let every way from the password to the refusal lead over this line",
                    related=shown_here(service, seen.witness(end), known.span),
                )
                return
