"""A control that forgets.

What it finds

A control with the action `reset`. It is an error where a check of a password, a code or a trait
that must be passed stands above it in the same chain.

Why it matters

`reset` throws away what was said so far, refusals as well. Where a password has failed and a later
line says yes, the wrong password lets in.

Avoid

    auth required pam_unix.so
    auth [success=reset default=ignore] pam_succeed_if.so user = backup
    auth required pam_permit.so

Prefer

    auth required pam_succeed_if.so user != backup quiet
    auth required pam_unix.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.landing import does_work, must_be_passed, stretches
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.chain import Link
from pamkit.policy.control import Action
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.landing import Stretch
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.span import Span

RULE = Rule("reset-used", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="FLOW-14")


def find(service: Service) -> Iterator[Finding]:
    """Yield the controls."""
    for facility in Facility:
        for stretch in stretches(service, facility):
            yield from _in(service, facility, stretch)


def _in(service: Service, facility: Facility, stretch: Stretch) -> Iterator[Finding]:
    checks: list[Span] = []
    for link in stretch:
        if not isinstance(link, Link):
            continue
        known = service.known[link.span]
        if Action.RESET in link.actions:
            lost = [(check, "a failure of this is forgotten") for check in checks]
            yield RULE.finding(
                known.control_span,
                f"`reset` forgets that `{service.known[checks[0]].module}` failed"
                if checks
                else "`reset` forgets what the lines above have said",
                "write `ignore`, or move the line above the checks",
                level=RULE.level if checks else Severity.NOTE,
                related=lost,
            )
        if does_work(known, facility) and must_be_passed(link):
            checks.append(link.span)
