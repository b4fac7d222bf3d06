"""A service `other` that lets people in.

What it finds

A service `other` whose `auth` lines can be passed. It is a note if a password or something like it
has to be proved, as in Debian's, which asks for what every service asks for.

Why it matters

A program without a policy of its own gets this one: one that was installed without its policy,
whose policy was removed, or whose name is misspelt. Nobody has thought of what such a program
does.

Avoid

    other:
    auth required pam_permit.so
    account required pam_permit.so

Prefer

    other:
    auth required pam_warn.so
    auth required pam_deny.so
    account required pam_deny.so

Sources

- `pam.d(5)`
- openembedded-core commit 4ca0af69
"""

from __future__ import annotations

from pamkit.analysis.claims import ALWAYS_REFUSES, NO_GRANT_WITHOUT_PROOF
from pamkit.analysis.proved import proved, shown_run
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.resolve import OTHER
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("open-other", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="INC-09")


def find(service: Service) -> Iterator[Finding]:
    """Yield the first line of its chain."""
    links = service.links(Facility.AUTH) if service.name == OTHER else ()
    refuses = proved(service, ALWAYS_REFUSES) if links else None
    if refuses is None or refuses.holds or refuses.assumed:
        return
    asks = proved(service, NO_GRANT_WITHOUT_PROOF)
    is_open = asks is not None and not asks.holds
    yield RULE.finding(
        links[0][1].span,
        "programs without a policy let everybody in"
        if is_open
        else "programs without a policy let in whoever knows a password",
        "write `required pam_deny.so` for every facility, and `pam_warn.so` above it",
        level=RULE.level if is_open else Severity.NOTE,
        related=shown_run(service, refuses.witness),
    )
