"""A demand for a new password that means other things elsewhere.

What it finds

A line of `account` with `required`, `requisite`, `sufficient` or `optional`: the module may say
that the password must be changed.

Why it matters

With `required` or `requisite` Linux-PAM goes on, and a later refusal wins; OpenPAM and Solaris take
it for a failure, which wins over a later one. With `sufficient` Linux-PAM ends there, the others go
on. With `sufficient` or `optional` Solaris forgets it where any other line succeeds.

Avoid

    account required pam_unix.so

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
    "portable-must-change",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


_MEANS = {
    "required": "OpenPAM and Solaris take it for a failure",
    "requisite": "OpenPAM and Solaris end the chain with it",
    "sufficient": "OpenPAM and Solaris go on, and Solaris forgets it if another line succeeds",
    "optional": "Solaris forgets it if another line succeeds",
}


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the line."""
    means = _MEANS.get(ascii_lower(entry.control.text))
    if entry.facility is Facility.ACCOUNT and means and entry.module:
        yield RULE.finding(
            entry.control_span,
            f"if the module says that the password must be changed: {means}",
            "`pamkit translate` shows where this changes who is let by",
        )
