"""A line that older versions cut in two.

What it finds

A physical line of more than 1023 bytes.

Why it matters

libpam before 1.6 reads it in pieces, each of which it takes for a line of its own.

Avoid

    auth required pam_succeed_if.so ⟨user != nobody x 70⟩

Prefer

    auth required pam_succeed_if.so user != nobody
    auth required pam_unix.so

Sources

- Linux-PAM 1.6.0, changes
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("long-line", level=Severity.WARNING, scope=Scope.FILE, since="0.1", id="SYN-17")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
