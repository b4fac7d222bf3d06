"""A container in which every session needs the right to set the audit identity.

What it finds

pam_loginuid in `session` whose failure refuses the session, in a system that is a container (it
has `/.dockerenv` or `/run/.containerenv`).

Why it matters

Containers mostly may not set it: jobs of cron and logins fail.

Avoid

    cron:
    account required pam_unix.so
    session required pam_loginuid.so
    /.dockerenv:

Prefer

    cron:
    account required pam_unix.so
    session optional pam_loginuid.so
    /.dockerenv:

Sources

- `pam_loginuid(8)`
- docker-mailserver/docker-mailserver issue 1528
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "loginuid-in-container", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="SES-05"
)

_MARKS = ("/.dockerenv", "/run/.containerenv")


def find(service: Service) -> Iterator[Finding]:
    """Yield the line."""
    for link, known in service.links(Facility.SESSION):
        refuses = link.actions[ReturnCode.SESSION_ERR] in (Action.BAD, Action.DIE)
        if known.module != "pam_loginuid" or not refuses:
            continue
        if any(service.around.has(mark) for mark in _MARKS):
            yield RULE.finding(
                known.span,
                "in a container this may fail, and with it every session",
                "write `optional`",
            )
