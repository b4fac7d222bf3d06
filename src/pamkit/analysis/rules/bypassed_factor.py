"""A second factor behind an include that ends the service.

What it finds

A second factor that must be passed, in a service whose included file ends the whole chain
(`sufficient` or `done`) when the password is right. A substack ends only itself.

Why it matters

The password alone lets in: the factor is never asked for.

Avoid

    sshd:
    auth include system-auth
    auth required pam_u2f.so
    system-auth:
    auth sufficient pam_unix.so
    auth required pam_deny.so

Prefer

    sshd:
    auth substack system-auth
    auth required pam_u2f.so
    system-auth:
    auth sufficient pam_unix.so
    auth required pam_deny.so

Sources

- `pam_u2f(8)`
- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER, LOCKED, SECRET, thing
from pamkit.analysis.claims import is_granted
from pamkit.analysis.factors import is_factor
from pamkit.analysis.model import PROVED
from pamkit.analysis.passage import passages
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    PROVES_IDENTITY,
)
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.explore import End, Outcome
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("bypassed-factor", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="MFA-05")

_ENDED = "ended at "


def find(service: Service) -> Iterator[Finding]:
    """Yield the factors that the right password passes over, with the line that ends the chain."""
    links = service.links(Facility.AUTH)
    factors = [(link, known) for link, known in links if is_factor(known) and _must(link)]
    if not factors:
        return
    of = dict(links)

    def noted(link: Link, outcome: Outcome) -> tuple[str, ...]:
        proves = of[link].states(PROVES_IDENTITY) and outcome.code == ReturnCode.SUCCESS
        ends = link.actions[outcome.code] == Action.DONE
        return (f"{_ENDED}{link.number}",) if proves and ends else ()

    given = ((SECRET, "right"), (CALLER, "other"), (LOCKED, "no"))
    seen = passages(service, Primitive.AUTHENTICATE, noted, given=given)
    for factor, known in factors:
        for link, ending in links:
            elsewhere = link.span.file != factor.span.file and link.number < factor.number
            mark = f"{_ENDED}{link.number}"
            proved = f"{PROVED} {thing(known.module)}"
            if elsewhere and seen and any(_passes(end, mark, proved) for end in seen.ends):
                yield RULE.finding(
                    known.span,
                    f"the right password ends `{shown(service.name)}` above: `{known.module}` is"
                    " passed over",
                    "include the file as a substack, or put the factor above it",
                    related=((ending.span, "success ends the chain here"),),
                )
                break


def _must(link: Link) -> bool:
    return link.actions[ReturnCode.AUTH_ERR] in (Action.BAD, Action.DIE)


def _passes(end: End, mark: str, proved: str) -> bool:
    """Whether a run was let in by a line, and without a factor."""
    return is_granted(end) and mark in end.marks and proved not in end.marks
