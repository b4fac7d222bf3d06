"""A chain that macOS passes when nobody says yes.

What it finds

A facility in which every line is `sufficient` or `optional`.

Why it matters

If none of them succeeds, Linux-PAM and OpenPAM refuse, Solaris tells the first error, and macOS
grants: there a chain is passed unless a line that counts has failed.

Avoid

    test:
    auth sufficient pam_unix.so
    auth optional pam_permit.so

Prefer

    test:
    auth required pam_unix.so

Sources

- `pam.conf(5)` of FreeBSD and macOS
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.words import ascii_lower
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "portable-nobody-refuses",
    level=Severity.WARNING,
    scope=Scope.SERVICE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the last line of each such chain."""
    for facility in Facility:
        links = tuple(service.links(facility))
        words = {ascii_lower(link.control) for link, _ in links}
        if links and words <= {"sufficient", "optional"}:
            yield RULE.finding(
                links[-1][1].span,
                "nothing here must succeed: macOS grants if every line fails",
                "end the chain with a line that is `required`",
            )
