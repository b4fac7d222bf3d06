"""A screen locker that asks a module which needs root.

What it finds

A line of a screen locker, or of what it includes, that must pass and whose module can do its work
only as root.

Why it matters

A screen locker runs as the user. A module that needs root cannot do its work there: the screen
stays locked whatever is typed.

Avoid

    swaylock:
    auth required pam_unix.so
    auth required pam_loginuid.so
    account required pam_unix.so

Prefer

    swaylock:
    auth required pam_unix.so
    account required pam_unix.so

Sources

- `pam_unix(8)`: unix_chkpwd is what checks a password for who is not root
"""

from __future__ import annotations

from pamkit.analysis.roles import LOCKER
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import NEEDS_ROOT
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "locker-needs-root",
    level=Severity.WARNING,
    scope=Scope.SERVICE,
    since="0.1",
    id="SVC-07",
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines."""
    if service.role is not LOCKER:
        return
    for facility in (Facility.AUTH, Facility.ACCOUNT):
        for link, known in service.links(facility):
            refuses = link.actions[ReturnCode.SESSION_ERR] in (Action.BAD, Action.DIE)
            if refuses and not link.refusal and known.states(NEEDS_ROOT):
                yield RULE.finding(
                    known.span,
                    f"`{shown(service.name)}` runs as the user, and `{shown(known.module)}`"
                    " needs root",
                    "remove the line, or make it `optional`",
                )
