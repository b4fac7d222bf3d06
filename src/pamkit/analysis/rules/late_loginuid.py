"""An audit identity that is set when the session has begun.

What it finds

pam_loginuid in `session` behind pam_systemd, pam_elogind, pam_ck_connector or pam_exec.

Why it matters

What these start and register has no audit identity, or that of somebody else.

Avoid

    session optional pam_systemd.so
    session required pam_loginuid.so

Prefer

    session required pam_loginuid.so
    session optional pam_systemd.so

Sources

- `pam_loginuid(8)`
- `pam_systemd(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("late-loginuid", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="SES-06")

_STARTING = ("pam_systemd", "pam_elogind", "pam_ck_connector", "pam_exec")


def find(service: Service) -> Iterator[Finding]:
    """Yield the line, with what stands above."""
    above: KnownEntry | None = None
    for _, known in service.links(Facility.SESSION):
        if known.module == "pam_loginuid":
            if above is not None:
                yield RULE.finding(
                    known.span,
                    f"`{above.module}` above has begun the session without an audit identity",
                    "put pam_loginuid above it",
                    related=((above.span, "the session begins here"),),
                )
            return
        if above is None and known.module in _STARTING:
            above = known
