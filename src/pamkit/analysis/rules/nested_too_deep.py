"""Files nested too deep.

What it finds

More than sixteen files inside one another.

Why it matters

libpam stops there, with an entry that always fails.

Avoid

    auth include f1
    f1:
    auth include f2
    f2:
    auth include f3
    f3:
    auth include f4
    f4:
    auth include f5
    f5:
    auth include f6
    f6:
    auth include f7
    f7:
    auth include f8
    f8:
    auth include f9
    f9:
    auth include f10
    f10:
    auth include f11
    f11:
    auth include f12
    f12:
    auth include f13
    f13:
    auth include f14
    f14:
    auth include f15
    f15:
    auth include f16
    f16:
    auth include f17
    f17:
    auth required pam_unix.so

Prefer

    auth include f1
    f1:
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

RULE = Rule("nested-too-deep", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="INC-03")


def find(service: Service) -> Iterator[Finding]:
    """Yield what reading found."""
    return service.reported(RULE.name)
