"""A module that says `try_again` ends a change of password on Solaris.

What it finds

A line of `password` that need not succeed: `sufficient` or `optional`.

Why it matters

Where its module says in the first pass that one should try again, Solaris ends the call, whatever
the control. Linux-PAM and OpenPAM go on to the next line.

Avoid

    password optional pam_gnome_keyring.so

Prefer

    password required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.words import ascii_lower
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "portable-try-again",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the line."""
    is_weak = ascii_lower(entry.control.text) in ("sufficient", "optional")
    if entry.facility is Facility.PASSWORD and is_weak and entry.module:
        yield RULE.finding(
            entry.control_span,
            "if the module says `try_again`, Solaris ends the change; others go on",
            "make the line `required`, or leave it out on Solaris",
        )
