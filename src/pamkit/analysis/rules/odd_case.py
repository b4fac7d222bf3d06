"""A facility or a control in capitals.

What it finds

A facility or a control that is not written in small letters.

Why it matters

It works, and makes people think that all of it does: the codes in brackets, modules and options
are what they are in the letters they are written in.

Avoid

    AUTH Required pam_unix.so

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.fix import Edit
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.words import ascii_lower
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.policy.words import Word
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("odd-case", level=Severity.NOTE, scope=Scope.LINE, since="0.1", id="SYN-18")


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the words."""
    for word in _words(entry):
        yield RULE.finding(
            word.span, f"`{shown(word.text)}` is not in small letters", "write it in small letters"
        )


def fix(entry: KnownEntry, finding: Finding) -> Iterator[Edit]:
    """Write the word in small letters."""
    for word in _words(entry):
        if word.span == finding.span:
            yield Edit(word.span, ascii_lower(word.text))


def _words(entry: KnownEntry) -> Iterator[Word]:
    """Yield the facility and the control of a line that is understood, if they are so written."""
    first = 1 if entry.entry.service else 0
    is_understood = entry.facility is not None and not entry.entry.must_fail
    for word in entry.line.words[first : first + 2] if is_understood else ():
        if word.text != ascii_lower(word.text) and not word.raw.startswith("["):
            yield word
