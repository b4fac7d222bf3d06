"""A session that is registered before its limits or its context are set.

What it finds

pam_systemd or pam_elogind in `session` above pam_limits or above `pam_selinux.so open`; and in the
file of su or sudo itself, whose sessions are those of a login that is there already.

Why it matters

What the manager of sessions starts for the user does not have them. In su and sudo it refuses: the
session is occupied.

Avoid

    login:
    session required pam_unix.so
    -session optional pam_systemd.so
    session required pam_limits.so

Prefer

    login:
    session required pam_unix.so
    session required pam_limits.so
    -session optional pam_systemd.so

Sources

- `pam_systemd(8)`
- systemd/systemd issues 7451 and 10822
"""

from __future__ import annotations

from pamkit.analysis.roles import (
    BECOME,
)
from pamkit.analysis.roles import CALLER as ASKS_CALLER
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("early-systemd", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="SES-09")

_REGISTERING = ("pam_systemd", "pam_elogind")


def find(service: Service) -> Iterator[Finding]:
    """Yield the line."""
    links = service.links(Facility.SESSION)
    for at, (_, known) in enumerate(links):
        if known.module not in _REGISTERING:
            continue
        below = next((later for _, later in links[at + 1 :] if _belongs_above(later)), None)
        if service.role in (BECOME, ASKS_CALLER):
            # What others include as well is written for those.
            if known.span.file != service.file.path:
                return
            yield RULE.finding(
                known.span,
                f"`{shown(service.name)}` works in a session that is there already",
                "leave the line to services that people log in with",
            )
        elif below is not None:
            yield RULE.finding(
                known.span,
                f"the session is registered before `{below.module}` below has set it up",
                "put the line behind it",
                related=((below.span, "set up here"),),
            )
        return


def _belongs_above(known: KnownEntry) -> bool:
    opens = known.module == "pam_selinux" and "open" in known.args
    return opens or known.module == "pam_limits"
