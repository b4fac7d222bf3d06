"""A session keyring that is torn away, or shared.

What it finds

`pam_keyinit.so force` in `session` of su, sudo or their like, unless they make a login (`su-l`,
`sudo-i`); and pam_keyinit without `force` on every line in a service that people log in with.

Why it matters

In su and sudo `force` takes the keyring of who called away, with the tickets and keys in it. In a
login without it the new session may share the keyring of the program that logged the user in.

Avoid

    su:
    session optional pam_keyinit.so force revoke

Prefer

    su:
    session optional pam_keyinit.so revoke
    login:
    session optional pam_keyinit.so force revoke

Sources

- `pam_keyinit(8)`
"""

from __future__ import annotations

from pamkit.analysis.roles import (
    BECOME,
    CONSOLE,
    DESKTOP,
    REMOTE,
)
from pamkit.analysis.roles import CALLER as ASKS_CALLER
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "keyring-misused", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="SES-08"
)

_LOGIN = ("-l", "-i")
"""Endings of the names of those that make a login of it."""


def find(service: Service) -> Iterator[Finding]:
    """Yield the line."""
    lines = [k for _, k in service.links(Facility.SESSION) if k.module == "pam_keyinit"]
    forced = [known for known in lines if "force" in known.args]
    role = service.role
    if forced and role in (BECOME, ASKS_CALLER) and not service.name.endswith(_LOGIN):
        yield RULE.finding(
            forced[0].argument("force") or forced[0].span,
            f"`{shown(service.name)}` takes the keyring of who called away",
            "drop `force`",
        )
    elif lines and not forced and role in (CONSOLE, REMOTE, DESKTOP) and service.whole:
        yield RULE.finding(
            lines[0].span,
            "a login may share the keyring of the program that made it",
            "write `force revoke`",
        )
