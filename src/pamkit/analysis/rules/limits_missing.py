"""A session without limits.

What it finds

A service in which somebody works, or that runs jobs, without pam_limits in `session`.

Why it matters

`/etc/security/limits.conf` counts only where pam_limits is asked: how many processes, files and
logins one user may have. Through a service without it nothing of that holds.

Avoid

    su:
    auth required pam_unix.so
    session required pam_unix.so

Prefer

    su:
    auth required pam_unix.so
    account required pam_unix.so
    session required pam_limits.so
    session required pam_unix.so

Sources

- `pam_limits(8)`
- STIG RHEL-09-412040
"""

from __future__ import annotations

from pamkit.analysis.roles import JOB
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
    "limits-missing",
    level=Severity.WARNING,
    scope=Scope.SERVICE,
    since="0.1",
    id="SES-11",
    policy=True,
)

_BY_THEMSELVES = ("systemd-user", "elogind-user")
"""Services whose program sets limits by itself."""


def find(service: Service) -> Iterator[Finding]:
    """Yield one finding for a service that does not ask it."""
    links = service.links(Facility.SESSION)
    has_work = service.role.works or service.role is JOB
    if not has_work or not links or not service.whole or service.name in _BY_THEMSELVES:
        return
    if not any(known.module == "pam_limits" for _, known in links):
        yield RULE.finding(
            Span(service.file.path, 1),
            f"`limits.conf` does not hold for `{shown(service.name)}`",
            "add `session required pam_limits.so`",
        )
