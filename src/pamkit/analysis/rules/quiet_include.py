"""A `-` before an include.

What it finds

A line with `include`, `substack` or `@include` whose first word begins with a `-`.

Why it matters

The `-` keeps libpam from logging that a module is missing. An include has no module, and a file
that is missing still makes the entry fail.

Avoid

    -auth include other
    other:
    auth required pam_unix.so

Prefer

    auth include other
    other:
    auth required pam_unix.so

Sources

- `pam.conf(5)`, `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.fix import Edit
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("quiet-include", level=Severity.WARNING, scope=Scope.FILE, since="0.1", id="SYN-20")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)


def fix(_file: File, finding: Finding) -> Iterator[Edit]:
    """Yield the edit that removes the sign."""
    span = finding.span
    yield Edit(span.changed(end_line=span.line, end_column=span.column + 1), "")
