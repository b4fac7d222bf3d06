"""A failure that is counted before every module was asked.

What it finds

A line `authfail` of pam_faillock between two modules that check passwords: one that ends the
chain, so that the modules below it are never asked; or one that lets the chain go on, so that who
is known to a module below has failed, on record, each time he logs in.

Why it matters

Users whom only the lower module knows cannot log in, or are locked out by logging in.

Avoid

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth sufficient pam_sss.so use_first_pass
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so

Prefer

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth sufficient pam_sss.so use_first_pass
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so
    account [default=bad success=ok user_unknown=ignore] pam_sss.so

Sources

- `pam_faillock(8)`
- flatcar/baselayout commit 989764c
- ComplianceAsCode/content issues 4925 and 11488
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER, LOCKED, SECRET, USER
from pamkit.analysis.claims import is_granted
from pamkit.analysis.counting import (
    faillocks,
    is_remote,
)
from pamkit.analysis.known_modules import COUNTED, FORGOT
from pamkit.analysis.passage import passages, shown_here
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    PROVES_IDENTITY,
)
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.explore import Choice, Outcome
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "authfail-too-early", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="LOCK-03"
)

_ASKED = "asked at "


def find(service: Service) -> Iterator[Finding]:
    """Yield the line `authfail`, with the module below that is asked too late or never."""
    lines = faillocks(service)
    if "authfail" not in lines:
        return
    link, known = lines["authfail"]
    links = service.links(Facility.AUTH)
    behind = [(o, k) for o, k in links if o.number > link.number and k.states(PROVES_IDENTITY)]
    if not behind:
        return
    asked = {f"{_ASKED}{other.number}" for other, _ in behind}

    def noted(at: Link, _: Outcome) -> tuple[str, ...]:
        is_asked = f"{_ASKED}{at.number}"
        return (is_asked,) if is_asked in asked else ()

    for other, late in behind:
        # Those it is there for: if they fail here, and never come to it, it is of no use to them.
        user = "directory" if is_remote(late) else "local"
        given = ((USER, user), (SECRET, "right"), (LOCKED, "no"), (CALLER, "other"))
        seen = passages(service, Primitive.AUTHENTICATE, noted, given=given)
        marks = {mark for end in seen.ends for mark in end.marks} if seen else set()
        if COUNTED in marks and f"{_ASKED}{other.number}" not in marks:
            yield RULE.finding(
                known.span,
                f"`{late.module}` below is never asked about its users: their failure is counted"
                " here, and ends the chain",
                "put the line behind all modules that check passwords",
                related=((late.span, "asked too late"),),
            )
            return
    yield from _counted_successes(service, known)


def _counted_successes(service: Service, known: KnownEntry) -> Iterator[Finding]:
    """Yield one finding if a user of a directory is let in and counted as a failure."""
    given = ((USER, "directory"), (SECRET, "right"), (LOCKED, "no"), (CALLER, "other"))
    seen = passages(service, Primitive.AUTHENTICATE, lambda _, __: (), given=given)
    for end in seen.ends if seen else ():
        if seen and is_granted(end) and COUNTED in end.marks and FORGOT not in end.marks:
            run = seen.witness(end)
            last = [service.known[step.link.span] for step in run if _proves(service, step)]
            yield RULE.finding(
                known.span,
                f"who is let in by `{last[-1].module}` below has failed here, on record",
                "put the line behind all modules that check passwords",
                related=shown_here(service, run, known.span),
            )
            return


def _proves(service: Service, step: Choice) -> bool:
    known = service.known[step.link.span]
    return step.outcome.code == ReturnCode.SUCCESS and known.states(PROVES_IDENTITY)
