"""A line with a NUL byte.

What it finds

A NUL byte anywhere in a line.

Why it matters

libpam stops reading there. The rest of the line is lost, and with it an option or a whole
check.

Avoid

    auth required pam_unix.so␀ nodelay

Prefer

    auth required pam_unix.so nodelay

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

RULE = Rule("nul-byte", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="SYN-17")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
