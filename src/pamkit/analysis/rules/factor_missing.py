"""Services that do not ask for the second factor that others ask for.

What it finds

A second factor that some service must be passed with, and services that let people in, or act as
another, without it. Each factor is reported once for each file of a service.

Why it matters

The way in that has no second factor is the one that is taken.

Avoid

    sshd:
    auth required pam_unix.so
    auth required pam_oath.so
    login:
    auth required pam_unix.so

Prefer

    sshd:
    auth required pam_unix.so
    auth required pam_oath.so
    login:
    auth required pam_unix.so
    auth required pam_oath.so

Sources

- `pam_oath(8)`
- UBTU-24-400020
"""

from __future__ import annotations

from pamkit.analysis.factors import is_factor
from pamkit.analysis.first_line import first_line
from pamkit.analysis.roles import (
    BECOME,
    CONSOLE,
    DESKTOP,
    REMOTE,
)
from pamkit.analysis.roles import CALLER as ASKS_CALLER
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    PROVES_IDENTITY,
)
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service, Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "factor-missing",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="MFA-06",
    policy=True,
)

_ROLES = (CONSOLE, REMOTE, DESKTOP, BECOME, ASKS_CALLER)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the services without each factor that another one has."""
    asking = [service for service in tree.services if _is_way_in(service)]
    having = {service.name: _factors(service) for service in asking}
    for factor, where in _first(asking).items():
        for service in asking:
            if factor not in having[service.name]:
                known = service.links(Facility.AUTH)[0][1]
                yield RULE.finding(
                    first_line(service, Facility.AUTH),
                    f"`{shown(service.name)}` does not ask for the factor of `{factor}`",
                    "add the line, or say in a comment why not",
                    related=((where, "it is asked for here"), (known.span, "not in this chain")),
                )


def _is_way_in(service: Service) -> bool:
    links = service.links(Facility.AUTH)
    proves = any(known.states(PROVES_IDENTITY) for _, known in links)
    return service.role in _ROLES and service.whole and proves


def _factors(service: Service) -> dict[str, Span]:
    """Return the factors that must be passed, with where."""
    return {
        known.module: known.span
        for link, known in service.links(Facility.AUTH)
        if is_factor(known) and link.actions[ReturnCode.AUTH_ERR] in (Action.BAD, Action.DIE)
    }


def _first(services: list[Service]) -> dict[str, Span]:
    found: dict[str, Span] = {}
    for service in services:
        for factor, span in _factors(service).items():
            found.setdefault(factor, span)
    return found
