"""An include of a file without entries.

What it finds

The file that an include names is empty, or holds comments alone.

Why it matters

libpam adds nothing and goes on: the checks that were meant to be there are gone, and nobody is
told. pamkit lets the entry fail instead.

Avoid

    auth include site
    auth required pam_permit.so
    site:
    #to be written

Prefer

    auth include site
    site:
    auth required pam_unix.so

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

RULE = Rule("empty-include", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="INC-02")


def find(service: Service) -> Iterator[Finding]:
    """Yield what reading found."""
    return service.reported(RULE.name)
