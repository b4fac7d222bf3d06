"""A file that is longer than any policy.

What it finds

A file of more than 65536 lines. What stands behind them is not looked at.

Why it matters

pamkit refuses every service that reads it. Such a file is no policy: a program may have written
into it without end, or something else has its name.

Avoid

    ⟨#
     x 65537⟩

Prefer

    # nothing but what is needed
    auth required pam_unix.so

Sources

- the longest of some 2,500 files that were looked at has fewer than 200 lines
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("too-many-lines", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="SYN-17")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
