"""pam_unix keeps old passwords.

What it finds

`remember=` behind pam_unix in `password`. This rule is a policy: it runs only if it is asked
for.

Why it matters

pam_unix keeps them as the hashes they had, MD5 among them, and changes nothing for root.
pam_pwhistory does the same better, and benchmarks ask for it.

Avoid

    password required pam_unix.so remember=5

Prefer

    password requisite pam_pwhistory.so remember=5
    password required pam_unix.so use_authtok

Sources

- `pam_unix(8)`, `pam_pwhistory(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "unix-remember",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.1",
    id="PW-05",
    modules=("pam_unix",),
    policy=True,
    sources=("CIS RHEL9 2.0.0 5.3.3.4.2",),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the option."""
    at = entry.argument("remember=")
    if entry.facility is Facility.PASSWORD and at is not None:
        yield RULE.finding(at, "pam_unix keeps old passwords itself", "use pam_pwhistory")
