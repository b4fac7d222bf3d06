"""A control that only Linux-PAM reads.

What it finds

A control in brackets.

Why it matters

OpenPAM and Sun's libraries know words only: they refuse the whole service.

Avoid

    auth [success=done default=bad] pam_unix.so

Prefer

    auth requisite pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "portable-brackets",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control."""
    if entry.is_bracketed:
        yield RULE.finding(
            entry.control_span,
            "brackets are known to Linux-PAM only: OpenPAM and Solaris refuse the service",
            "use a word; `pamkit translate` finds those that mean the same",
        )
