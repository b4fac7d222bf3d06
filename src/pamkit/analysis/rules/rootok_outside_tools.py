"""A service that runs as root asks whether it is root.

What it finds

pam_rootok, with a success that counts, in `auth` of a service whose program runs as root for
everybody: sshd, login, display managers, servers of mail and files.

Why it matters

pam_rootok looks at the user of the process that asks. For these it is root whoever is at the
other end: everybody is let in.

Avoid

    sshd:
    auth sufficient pam_rootok.so
    auth required pam_unix.so

Prefer

    sshd:
    auth required pam_unix.so
    su:
    auth sufficient pam_rootok.so
    auth required pam_unix.so

Sources

- `pam_rootok(8)`
"""

from __future__ import annotations

from pamkit.analysis.by_design import runs_as_root_for_all
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "rootok-outside-tools", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="AUTH-08"
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines of a service for strangers that trust root."""
    if not runs_as_root_for_all(service.name):
        return
    for link, known in service.links(Facility.AUTH):
        counts = link.actions[ReturnCode.SUCCESS] not in (Action.IGNORE, Action.BAD, Action.DIE)
        if known.module == "pam_rootok" and counts and not link.refusal:
            yield RULE.finding(
                known.span,
                f"`{shown(service.name)}` runs as root for everybody, so everybody passes",
                "remove the line; it belongs in tools such as su",
                related=()
                if known in service.file.entries
                else ((Span(service.file.path, 1), "the service"),),
            )
