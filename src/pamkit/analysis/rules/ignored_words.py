"""Words behind the file of an include.

What it finds

An include takes the name of one file; whatever follows is not looked at.

Why it matters

Somebody meant the words: as options of the modules in the file, or as a second file. Neither
happens.

Avoid

    auth include other nullok
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

RULE = Rule("ignored-words", level=Severity.WARNING, scope=Scope.FILE, since="0.1", id="SYN-14")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)


def fix(file: File, finding: Finding) -> Iterator[Edit]:
    """Yield the edit that removes what nobody reads."""
    for entry in file.entries:
        args = entry.entry.args
        if args and args[0].span == finding.span and args[-1].span.line == finding.span.line:
            last = args[-1].span
            target = entry.span
            yield Edit(target.changed(column=target.end_column, end_column=last.end_column), "")
