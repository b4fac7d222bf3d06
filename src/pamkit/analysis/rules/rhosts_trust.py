"""Trust in what another machine says of itself.

What it finds

pam_rhosts or pam_rhosts_auth in `auth` under a control that lets its success count.

Why it matters

It lets in whom a file in the home directory, or hosts.equiv, trusts by the name of a machine
and of a user, both of which the other side states. No secret is asked for.

Avoid

    auth sufficient pam_rhosts.so
    auth required pam_unix.so

Prefer

    auth required pam_unix.so

Sources

- `pam_rhosts(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "rhosts-trust",
    level=Severity.ERROR,
    scope=Scope.LINE,
    since="0.1",
    id="AUTH-07",
    modules=("pam_rhosts", "pam_rhosts_auth"),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the line, if its success makes a difference."""
    if entry.facility is Facility.AUTH and entry.control.actions[ReturnCode.SUCCESS] not in (
        Action.IGNORE,
        Action.BAD,
        Action.DIE,
    ):
        yield RULE.finding(
            entry.span, "another machine's word lets users in without a secret", "use ssh with keys"
        )
