"""A control that Linux-PAM does not have.

What it finds

`binding` or `definitive` as a control.

Why it matters

OpenPAM and Sun's libraries know `binding`, Solaris 11 alone `definitive`. To Linux-PAM they are
mistakes: the line fails.

Avoid

    auth binding pam_unix.so

Prefer

    auth requisite pam_unix.so

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
    "portable-binding",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control."""
    if ascii_lower(entry.control.text) in ("binding", "definitive"):
        yield RULE.finding(
            entry.control_span,
            f"`{shown(entry.control.text)}` is no control of Linux-PAM: there the line fails",
            "`pamkit translate` finds what means the same",
        )
