"""Pairs of a control without their brackets.

What it finds

A control that is written as `value=action` without the brackets around it.

Why it matters

libpam reads it as if it stood in brackets, but only up to the first blank: a second pair is
taken for the module.

Avoid

    auth success=ok pam_unix.so

Prefer

    auth [success=ok] pam_unix.so

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

RULE = Rule("bare-control", level=Severity.WARNING, scope=Scope.FILE, since="0.1", id="SYN-03")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)


def fix(file: File, finding: Finding) -> Iterator[Edit]:
    """Yield the edit that puts the brackets there."""
    words = (word for line in file.syntax.lines for word in line.words)
    return (Edit(word.span, f"[{word.raw}]") for word in words if word.span == finding.span)
