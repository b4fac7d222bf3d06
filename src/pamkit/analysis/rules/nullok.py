"""An empty password admits.

What it finds

`nullok` or `nullok_secure` behind pam_unix in `auth`. pam_unix takes every word that begins
with `nullok` for it. This rule is a policy: it runs only if it is asked for.

Why it matters

An account whose password is empty lets everybody in who knows its name, and nobody is asked for
anything. Benchmarks forbid the option.

Avoid

    auth required pam_unix.so nullok

Prefer

    auth required pam_unix.so

Sources

- `pam_unix(8)`
- CVE-2020-27780
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
    "nullok",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.1",
    id="AUTH-04",
    modules=("pam_unix",),
    policy=True,
    sources=(
        "CIS RHEL9 2.0.0 5.3.3.4.1",
        "CIS Ubuntu24 1.0.0 5.3.3.4.1",
        "RHEL-09-611025",
        "UBTU-24-300028",
    ),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the option."""
    at = entry.argument("nullok")
    if entry.facility is Facility.AUTH and at is not None:
        yield RULE.finding(at, "an empty password lets its account in", "remove the option")
