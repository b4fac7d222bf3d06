"""Files that include one another until no end is in sight.

What it finds

A service that comes to more than 4096 entries, because files include files that include files.

Why it matters

Opening it takes time and memory without bound; pamkit refuses the service, libpam may not come
back.

Avoid

    auth include f1
    f1:
    auth include f2
    auth include f2
    auth include f2
    auth include f2
    auth include f2
    auth include f2
    auth include f2
    auth include f2
    f2:
    auth include f3
    auth include f3
    auth include f3
    auth include f3
    auth include f3
    auth include f3
    auth include f3
    auth include f3
    f3:
    auth include f4
    auth include f4
    auth include f4
    auth include f4
    auth include f4
    auth include f4
    auth include f4
    auth include f4
    f4:
    auth include f5
    auth include f5
    auth include f5
    auth include f5
    auth include f5
    auth include f5
    auth include f5
    auth include f5
    f5:
    auth include f6
    auth include f6
    auth include f6
    auth include f6
    auth include f6
    auth include f6
    auth include f6
    auth include f6
    f6:
    auth required pam_unix.so

Prefer

    auth include f1
    f1:
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

RULE = Rule("include-bomb", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="INC-03")


def find(service: Service) -> Iterator[Finding]:
    """Yield what reading found."""
    return service.reported(RULE.name)
