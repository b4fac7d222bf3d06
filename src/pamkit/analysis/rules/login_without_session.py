"""A login that the manager of sessions does not hear of.

What it finds

A service that people log in with at the machine, on a desktop or through sshd, without pam_systemd
or pam_elogind, in a tree where other services have one of them.

Why it matters

There is no session, no runtime directory and no limit of the user's slice; what asks who is at the
machine answers wrongly.

Avoid

    login:
    auth required pam_unix.so
    session required pam_unix.so
    sshd:
    auth required pam_unix.so
    session required pam_unix.so
    -session optional pam_systemd.so

Prefer

    login:
    auth required pam_unix.so
    session required pam_unix.so
    -session optional pam_systemd.so
    sshd:
    auth required pam_unix.so
    session required pam_unix.so
    -session optional pam_systemd.so

Sources

- `pam_systemd(8)`
"""

from __future__ import annotations

from pamkit.analysis.first_line import first_line
from pamkit.analysis.roles import (
    CONSOLE,
    DESKTOP,
)
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service, Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "login-without-session", level=Severity.NOTE, scope=Scope.TREE, since="0.1", id="SES-09"
)

_REGISTERING = ("pam_systemd", "pam_elogind", "pam_ck_connector")


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the first line of `session` of each such service."""
    logins = [service for service in tree.services if _is_login(service)]
    if not any(map(_registers, logins)):
        return
    for service in logins:
        links = service.links(Facility.SESSION)
        strange = any(known.declaration is None for _, known in links)
        if links and not strange and not _registers(service):
            yield RULE.finding(
                first_line(service, Facility.SESSION),
                f"`{shown(service.name)}` begins no session that logind knows",
                "add `-session optional pam_systemd.so`",
            )


def _is_login(service: Service) -> bool:
    return service.whole and (service.role in (CONSOLE, DESKTOP) or service.name == "sshd")


def _registers(service: Service) -> bool:
    return any(known.module in _REGISTERING for _, known in service.links(Facility.SESSION))
