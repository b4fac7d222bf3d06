"""An inclusion that other families read otherwise.

What it finds

`include`, `substack` or `@include`.

Why it matters

After `include` stands a file of lines for Linux-PAM, a service for OpenPAM, and for Solaris a file
with a column for the service. `substack` is known to Linux-PAM only, `@include` to Debian's.

Avoid

    auth include system-auth

Prefer

    auth required pam_unix.so

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
    "portable-include",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the inclusion."""
    if entry.entry.nests:
        yield RULE.finding(
            entry.entry.span,
            "an inclusion names a file of lines here, a service on OpenPAM, and on Solaris a file"
            " with a column more",
            "write the lines out; `pamkit translate` does so",
        )
