"""Pairs of a control that stick together.

What it finds

Two pairs in brackets without a blank between them.

Why it matters

libpam cuts them apart at the end of a known word. Readers do not, nor does every other tool.

Avoid

    auth [success=okdefault=bad] pam_unix.so

Prefer

    auth [success=ok default=bad] pam_unix.so

Sources

- `pam.conf(5)`, `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.fix import Edit
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import to_brackets
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "glued-bracket-pairs", level=Severity.WARNING, scope=Scope.LINE, since="0.1", id="SYN-05"
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the controls in which a value is followed by a name."""
    text = entry.control.text
    if entry.is_bracketed and any(word.count("=") > 1 for word in text.split()):
        yield RULE.finding(
            entry.control_span,
            f"the pairs in `{shown(text)}` stick together",
            f"write `{to_brackets(entry.control.actions)}`",
        )


def fix(entry: KnownEntry, _finding: Finding) -> Iterator[Edit]:
    """Yield the edit that writes the same table with blanks."""
    yield Edit(entry.control_span, to_brackets(entry.control.actions))
