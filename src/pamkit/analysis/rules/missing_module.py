"""A line without a module.

What it finds

A line that ends behind its control.

Why it matters

It becomes an entry that always fails, and its control says what that does: nothing under
`optional`, everything under `required`. A generated `password` line like this once kept
everybody from changing a password.

Avoid

    password requisite

Prefer

    password requisite pam_pwquality.so

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

RULE = Rule("missing-module", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="SYN-07")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
