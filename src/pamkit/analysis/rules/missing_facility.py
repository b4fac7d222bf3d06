"""A line of a pam.conf that names a service and nothing else.

What it finds

In a pam.conf the first column is the service. A line that ends there says nothing.

Why it matters

It becomes an entry of `auth` that always fails.

Avoid

    pam.conf:
    sshd

Prefer

    pam.conf:
    sshd auth required pam_unix.so

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

RULE = Rule("missing-facility", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="SYN-16")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
