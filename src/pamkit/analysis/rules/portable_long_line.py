"""A line that is too long for Solaris.

What it finds

A line of more than 255 bytes.

Why it matters

Solaris and illumos fail the service for such a line, CDE cuts it in two.

Avoid

    auth required pam_unix.so ⟨prompt=hello x 20⟩

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.words import byte_length
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "portable-long-line",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


_LONGEST = 255


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the line."""
    if byte_length(entry.line.logical.raw.rstrip("\n")) > _LONGEST:
        yield RULE.finding(
            entry.entry.span,
            f"the line has more than {_LONGEST} bytes, which fails the service on Solaris",
            "leave options out, or put them where the module is configured",
        )
