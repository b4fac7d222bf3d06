"""A `-` before the facility.

What it finds

A line that begins with `-`.

Why it matters

Linux-PAM and OpenPAM of 2023 and later are then quiet about a module that is not there. Older
OpenPAM, macOS and Solaris refuse the service.

Avoid

    -session optional pam_systemd.so

Prefer

    session optional pam_systemd.so

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
    "portable-dash",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the line."""
    if entry.entry.quiet:
        yield RULE.finding(
            entry.entry.span,
            "older OpenPAM, macOS and Solaris know no `-` here, and refuse the service",
            "leave it out, and the line too where the module is not installed",
        )
