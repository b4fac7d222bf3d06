"""A way in that stays open while the machine is closed.

What it finds

A service that people log in with, at the machine or from elsewhere, with a whole chain of its own
and without pam_nologin in `auth` or `account`. It is a note for desktops, and where only a part of
a tree is at hand.

Why it matters

`/etc/nologin` closes a machine to users, as systemd does while it starts and stops. This service
lets them in all the same.

Avoid

    sshd:
    auth required pam_unix.so
    account required pam_unix.so

Prefer

    sshd:
    auth required pam_unix.so
    account required pam_nologin.so
    account required pam_unix.so

Sources

- `pam_nologin(8)`
"""

from __future__ import annotations

from pamkit.analysis.first_line import first_line
from pamkit.analysis.roles import (
    CONSOLE,
    DESKTOP,
    REMOTE,
)
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    PROVES_IDENTITY,
)
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "nologin-missing", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="ACCT-07"
)

_ROLES = (CONSOLE, REMOTE, DESKTOP)


def find(service: Service) -> Iterator[Finding]:
    """Yield one finding at the first line of `account` in the file of the service."""
    if service.role not in _ROLES or not service.whole:
        return
    auth, account = service.links(Facility.AUTH), service.links(Facility.ACCOUNT)
    # Who is refused by design needs no second refusal.
    if not account or not any(known.states(PROVES_IDENTITY) for _, known in auth):
        return
    if any(
        known.declaration is None or known.module == "pam_nologin" for _, known in (*auth, *account)
    ):
        return
    is_system = service.around.has("/etc/nologin") is not None
    yield RULE.finding(
        first_line(service, Facility.ACCOUNT),
        f"`{shown(service.name)}` lets users in while `/etc/nologin` closes the machine",
        "add `account required pam_nologin.so`",
        level=RULE.level if service.role is not DESKTOP and is_system else Severity.NOTE,
    )
