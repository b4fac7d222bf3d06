"""A file that includes itself.

What it finds

A file that includes itself, directly or by way of others.

Why it matters

libpam takes its lines in again and again until sixteen files are nested, then the entry fails;
pamkit refuses the entry at once. Either way nobody meant it.

Avoid

    auth include test
    auth required pam_unix.so

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)`, `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("self-include", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="INC-03")


def find(service: Service) -> Iterator[Finding]:
    """Yield what reading found."""
    return service.reported(RULE.name)
