"""A bracket that is never closed.

What it finds

A `[` without a `]` on the same line, be it in a control or in an argument.

Why it matters

The rest of the line becomes one word: the module is lost in it.

Avoid

    auth [success=1 default=ignore pam_unix.so

Prefer

    auth [success=ok default=ignore] pam_unix.so

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

RULE = Rule("unclosed-bracket", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="SYN-13")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
