"""A facility without lines, which illumos passes.

What it finds

A service with lines for one facility and none for another, where `other` has none either.

Why it matters

Linux-PAM refuses such a call. OpenPAM refuses to start the service. illumos answers success.

Avoid

    test:
    auth required pam_unix.so

Prefer

    test:
    auth required pam_unix.so
    account required pam_unix.so
    password required pam_unix.so
    session required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, word
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "portable-empty-facility",
    level=Severity.WARNING,
    scope=Scope.SERVICE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the facilities."""
    empty = [each for each in Facility if service.policy and not service.policy.places(each)]
    for facility in empty if len(empty) < len(Facility) else ():
        yield RULE.finding(
            Span(service.file.path, 1),
            f"no line for `{word(facility)}`, not even in `other`: illumos grants it",
            "write a line with pam_deny",
        )
