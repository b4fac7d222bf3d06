"""A line that no run can reach.

What it finds

A line that is never asked, whatever the lines above it answer, in any service that has it. The
finding names the line that nothing gets past. A denial that is never reached is left out: it
stands there in case somebody changes the lines above. So are lines that hang on a file that is
not there.

Why it matters

Somebody relies on it: a second factor, a counter, another place to look users up. It looks as if
it did its work.

Avoid

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth sufficient pam_sss.so use_first_pass
    auth required pam_deny.so

Prefer

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth sufficient pam_sss.so use_first_pass
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so

Sources

- `pam.conf(5)`
- flatcar/baselayout commit 989764c
"""

from __future__ import annotations

from pamkit.analysis.control_flow import flow_of
from pamkit.analysis.entry import bare_name
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service, Tree
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.span import Span

RULE = Rule("dead-line", level=Severity.WARNING, scope=Scope.TREE, since="0.1", id="FLOW-05")

_CALLS = tuple(primitive for primitive in Primitive if primitive not in REPLAYS)

_LEFT_OUT = frozenset({"pam_deny"})
"""Modules that may stand where nobody gets: their line is there for another day."""


def find(tree: Tree) -> Iterator[Finding]:
    """Yield each line that is dead in every chain that has it."""
    stops: dict[tuple[Span, Facility], Link] = {}
    alive: set[tuple[Span, Facility]] = set()
    services: dict[tuple[Span, Facility], Service] = {}
    for service in tree.services:
        for primitive in _CALLS:
            facility = FACILITY_OF[primitive]
            if not service.links(facility):
                continue
            dead = _dead(service, primitive)
            last = service.links(facility)[0][0]
            for link, _ in service.links(facility):
                where = link.span, facility
                if link.number not in dead:
                    alive.add(where)
                    last = link
                else:
                    stops.setdefault(where, last)
                    services.setdefault(where, service)
    for where, stop in stops.items():
        known = services[where].known[where[0]]
        if where not in alive and known.module not in _LEFT_OUT and known.module:
            name = shown(bare_name(stop.module))
            yield RULE.finding(
                known.span,
                f"no run reaches this line: none gets past `{name}` above",
                "move it up, or change the control above it, or remove it",
                related=((services[where].known[stop.span].span, "nothing gets past this line"),),
            )


def _dead(service: Service, primitive: Primitive) -> frozenset[int]:
    """Return the numbers of the links that no call reaches; none where it is not known."""
    facility = FACILITY_OF[primitive]
    chain = service.chains[facility]
    if not service.whole or any(link.refusal for link in chain):
        return frozenset()
    calls = [primitive]
    if primitive is Primitive.AUTHENTICATE:
        calls.append(Primitive.SETCRED)  # a program may ask for that alone, as cron does
    found = [flow_of(service, call) for call in calls]
    return frozenset.intersection(
        *(frozenset(link.number for link in each.dead) if each else frozenset() for each in found)
    )
