"""A line that setcred and close_session judge afresh elsewhere.

What it finds

A line of `auth` or `session` with `sufficient`, `optional` or `requisite`.

Why it matters

With Linux-PAM setcred follows the lines that authenticate has asked, and each answer counts as
required. Elsewhere the lines are judged anew by their controls: others may be asked, and what one
says may not count. The same is so of close_session.

Avoid

    auth sufficient pam_unix.so

Prefer

    auth required pam_unix.so

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
    "portable-credentials",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


_FOLLOWED = {Facility.AUTH: "setcred", Facility.SESSION: "close_session"}


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the line."""
    call = "" if entry.facility is None else _FOLLOWED.get(entry.facility, "")
    words = ("sufficient", "optional", "requisite")
    if call and ascii_lower(entry.control.text) in words and entry.module:
        yield RULE.finding(
            entry.control_span,
            f"{call} counts this line as required where it was asked before; other families judge"
            " it anew",
            "`pamkit translate` shows where the two part",
        )
