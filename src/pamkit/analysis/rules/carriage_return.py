"""A line that ends as on Windows.

What it finds

A carriage return in a line: the file was saved with the line ends of another system.

Why it matters

libpam takes it for part of the last word: there is no module `pam_unix.so` with a carriage
return in its name, and no such option. An empty line is no empty line any more but an entry
that always fails.

Avoid

    auth required pam_unix.so␍

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

RULE = Rule("carriage-return", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="SYN-10")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
