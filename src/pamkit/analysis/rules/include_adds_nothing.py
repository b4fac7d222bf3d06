"""An include that adds no line.

What it finds

The file that an include names has entries, but none of the facility of the include. If the
service has no other line of that facility, the finding is a warning.

Why it matters

Nothing is added and nobody is told. Without a line of its own the service takes the lines of
the service `other` for that facility.

Avoid

    auth include postlogin
    postlogin:
    session optional pam_lastlog2.so

Prefer

    auth required pam_unix.so
    session include postlogin
    postlogin:
    session optional pam_lastlog2.so

Sources

- linux-pam/linux-pam issue 1001
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "include-adds-nothing", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="INC-02"
)


def find(service: Service) -> Iterator[Finding]:
    """Yield what resolving found; it is worse where nothing else is there."""
    for found in service.reported(RULE.name):
        known = service.known[found.span]
        if known.facility is None or service.policy is None:
            continue  # `@include` takes what there is, and service files are made of it
        alone = known in service.file.entries and not service.policy.own[known.facility]
        level = Severity.WARNING if alone and service.whole else RULE.level
        yield found.changed(severity=level)
