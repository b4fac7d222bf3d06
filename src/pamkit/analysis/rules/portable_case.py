"""A facility or a control in capitals.

What it finds

A facility or a control that is not in small letters.

Why it matters

Linux-PAM and Solaris do not mind; OpenPAM refuses the service.

Avoid

    auth Required pam_unix.so

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.words import ascii_lower
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "portable-case",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the words."""
    first = 1 if entry.entry.service else 0
    for word in entry.line.words[first : first + 2]:
        if not word.raw.startswith("[") and word.text != ascii_lower(word.text):
            yield RULE.finding(
                word.span,
                f"`{shown(word.text)}` is another word to OpenPAM, which refuses the service",
                "write it in small letters",
            )
