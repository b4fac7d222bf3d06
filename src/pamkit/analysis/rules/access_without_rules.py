"""pam_access with a table that has no rules.

What it finds

pam_access in a service, where access.conf (or the file of `accessfile=`) is there and has no rule,
and there is none in access.d either.

Why it matters

Who is in no rule may log in: without rules, everybody from everywhere.

Avoid

    sshd:
    account required pam_access.so
    account required pam_unix.so
    /etc/security/access.conf:
    # - : ALL EXCEPT root : ALL

Prefer

    sshd:
    account required pam_access.so
    account required pam_unix.so
    /etc/security/access.conf:
    +:(admins):ALL
    -:ALL:ALL

Sources

- `pam_access(8)`
- `access.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.formats.access_conf import parse
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "access-without-rules", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="ACCT-06"
)

_FILE = "/etc/security/access.conf"
_MORE = "/etc/security/access.d"


def find(service: Service) -> Iterator[Finding]:
    """Yield the line."""
    for facility in Facility:
        for _, known in service.links(facility):
            if known.module == "pam_access" and _is_empty(service, known):
                yield RULE.finding(
                    known.span,
                    "the table has no rules, so everybody is let in from everywhere",
                    "write rules, with `-:ALL:ALL` at the end, or remove the line",
                )
                return


def _is_empty(service: Service, known: KnownEntry) -> bool:
    """Whether there is a table without a rule; a table that is not there is another matter."""
    named = [arg.partition("=")[2] for arg in known.args if arg.startswith("accessfile=")]
    more = [name for name in service.around.names(_MORE) if name.endswith(".conf")]
    text = service.around.text(named[-1] if named else _FILE)
    return bool(text) and not (more and not named) and not parse(text or "")
