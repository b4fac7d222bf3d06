"""Users that do not exist are treated in another way.

What it finds

A service that is used from elsewhere, or that nobody knows, in which whoever names a user that
does not exist is asked for something else than one who gives a wrong password. A file that is made
to be included, and that nothing here includes, is judged by itself.

Why it matters

Names can be tried: the prompt, or its absence, says which of them are accounts.

Avoid

    sshd:
    auth requisite pam_localuser.so
    auth required pam_unix.so

Prefer

    sshd:
    auth required pam_unix.so

Sources

- `pam.conf(5)`
- openbmc/openbmc commit 4bfffde7
"""

from __future__ import annotations

from pamkit.analysis.claims_of_asking import UNKNOWN_USER_IS_NOT_TOLD
from pamkit.analysis.proved import proved, shown_run
from pamkit.analysis.roles import SHARED, STRANGER
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "unknown-user-told", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="AUTH-20"
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the line at which the ways part."""
    concerns = service.role.remote or service.role in (SHARED, STRANGER)
    links = service.links(Facility.AUTH) if concerns else ()
    result = proved(service, UNKNOWN_USER_IS_NOT_TOLD) if links else None
    if result is None or result.holds or result.assumed:
        return
    last = result.witness[-1].link.span if result.witness else links[0][0].span
    yield RULE.finding(
        service.known[last].span,
        f"`{shown(service.name)}` asks for something else if there is no such user",
        "let `user_unknown` go the way of a wrong password",
        related=shown_run(service, result.witness),
    )
