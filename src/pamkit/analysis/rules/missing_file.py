"""An include that names no file.

What it finds

A line that ends behind `include`, `substack` or `@include`.

Why it matters

It becomes an entry that always fails.

Avoid

    auth include

Prefer

    auth include other
    other:
    auth required pam_deny.so

Sources

- `pam.conf(5)`, `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("missing-file", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="INC-01")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
