"""A control that does not exist.

What it finds

The second word of a line is neither a keyword nor a form in brackets.

Why it matters

libpam takes it for an empty table: every answer of the module counts as a failure, success as
well. The module is asked all the same: it prompts, and it counts.

Avoid

    auth requird pam_unix.so

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

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("unknown-control", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="SYN-02")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
