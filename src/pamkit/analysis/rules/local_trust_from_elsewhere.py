"""A service on the network that trusts as if one sat at the machine.

What it finds

pam_timestamp, pam_console, pam_sepermit or pam_wheel with `trust` in `auth` of a service that is
used from elsewhere, under a control that lets their success pass over what is below.

Why it matters

These modules say something of somebody at this machine: that he has typed a password a while ago,
sits at the console, or runs the program. Over the network it is the server that runs the program.

Avoid

    sshd:
    auth sufficient pam_timestamp.so
    auth required pam_unix.so

Prefer

    sshd:
    auth required pam_unix.so

Sources

- `pam_timestamp(8)`, `pam_wheel(8)`, `pam_sepermit(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "local-trust-from-elsewhere",
    level=Severity.ERROR,
    scope=Scope.SERVICE,
    since="0.1",
    id="AUTH-09",
)

_LOCAL = frozenset({"pam_timestamp", "pam_console", "pam_sepermit", "pam_selinux_permit"})


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines."""
    for link, known in service.links(Facility.AUTH) if service.role.remote else ():
        success = link.actions[ReturnCode.SUCCESS]
        passes = success == Action.DONE or success > 0
        if passes and not link.refusal and _trusts(known):
            yield RULE.finding(
                known.span,
                f"`{known.module}` speaks of this machine, not of who uses `{shown(service.name)}`",
                "remove the line",
            )


def _trusts(known: KnownEntry) -> bool:
    return known.module in _LOCAL or (known.module == "pam_wheel" and "trust" in known.args)
