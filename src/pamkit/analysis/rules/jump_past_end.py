"""A jump over more lines than follow.

What it finds

A control whose jump leads past the end of its chain or substack. Each line that an include
takes in counts; a substack counts as one.

Why it matters

libpam logs a bad jump and refuses. `[success=1 default=bad]` on the last line refuses the right
password.

Avoid

    auth [success=1 default=bad] pam_unix.so

Prefer

    auth [success=1 default=ignore] pam_unix.so
    auth requisite pam_deny.so
    auth required pam_permit.so

Sources

- `pam.conf(5)`, `pam.d(5)`
- linux-pam/linux-pam issue 1000
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.compile import jump_findings
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("jump-past-end", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="FLOW-01")


def find(service: Service) -> Iterator[Finding]:
    """Yield what compiling found; nothing where lines are missing that could be jumped over."""
    if not service.whole:
        return
    for facility, chain in service.chains.items():
        if service.links(facility):
            for found in jump_findings(chain):
                yield found.changed(span=service.known[found.span].control_span)
