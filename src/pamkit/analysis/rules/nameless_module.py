"""A module whose file has no name.

What it finds

What stands for the module has nothing left if directory and ending are taken away, as `.so` and
`/lib/security/`.

Why it matters

libpam takes the rest for the name it logs under, and gives up the whole service without one.

Avoid

    auth required .so

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

RULE = Rule("nameless-module", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="SYN-07")


def find(service: Service) -> Iterator[Finding]:
    """Yield what reading found."""
    return service.reported(RULE.name)
