"""An include with a control in brackets.

What it finds

The word `include` or `substack` stands where the module stands, behind a control in brackets.

Why it matters

libpam looks for a module with that name. There is no include with a condition: jump over it, or
use a substack.

Avoid

    auth [success=ok default=die] include other
    other:
    auth required pam_unix.so

Prefer

    auth substack other
    other:
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

RULE = Rule("bracketed-include", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="SYN-15")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found, as bad as it is: the lines of the file are never asked."""
    return (found.changed(severity=RULE.level) for found in file.reported(RULE.name))
