"""A way into the machine that does not say who came.

What it finds

A service that logs people in, or starts work for them, without pam_loginuid in `session`.

Why it matters

pam_loginuid writes down who came in. It stays with all that they do, through su and sudo as well:
without it the audit log cannot tell who acted.

Avoid

    login:
    auth required pam_unix.so
    account required pam_unix.so
    session required pam_unix.so

Prefer

    login:
    auth required pam_unix.so
    account required pam_nologin.so
    account required pam_unix.so
    session required pam_loginuid.so
    session required pam_unix.so

Sources

- `pam_loginuid(8)`
- clearlinux/distribution#595, vmware/photon 2dd4f48f
"""

from __future__ import annotations

from pamkit.analysis.roles import CONSOLE, DESKTOP, JOB, REMOTE
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "loginuid-missing",
    level=Severity.WARNING,
    scope=Scope.SERVICE,
    since="0.1",
    id="SES-03",
    policy=True,
)

_ENTRANCES = (CONSOLE, REMOTE, DESKTOP, JOB)


def find(service: Service) -> Iterator[Finding]:
    """Yield one finding for a service that does not ask it."""
    links = service.links(Facility.SESSION)
    if service.role not in _ENTRANCES or not links or not service.whole:
        return
    if not any(known.module == "pam_loginuid" for _, known in links):
        yield RULE.finding(
            Span(service.file.path, 1),
            f"`{shown(service.name)}` does not write down who came in",
            "add `session required pam_loginuid.so` to its own file",
        )
