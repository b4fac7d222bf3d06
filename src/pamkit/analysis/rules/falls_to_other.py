"""A service that lacks lines, and gets refusals in their place.

What it finds

A service that is known to log people in, or to let them act as others, without lines for a call
that its program makes, while those of `other`, which stand in, refuse everybody.

Why it matters

What a service lacks is taken from `other`, for each facility by itself. With an `other` that
refuses everybody nobody gets through the service, whatever its own lines say.

Avoid

    sshd:
    auth required pam_unix.so
    session required pam_unix.so
    other:
    auth required pam_deny.so
    account required pam_deny.so
    session required pam_deny.so

Prefer

    sshd:
    auth required pam_unix.so
    account required pam_unix.so
    session required pam_unix.so
    other:
    auth required pam_deny.so
    account required pam_deny.so
    session required pam_deny.so

Sources

- `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.control_flow import flow_of
from pamkit.analysis.roles import BECOME, CONSOLE, DESKTOP, REMOTE
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.resolve import OTHER
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import FACILITY_OF, Primitive, word
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("falls-to-other", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="INC-10")

_ROLES = (CONSOLE, REMOTE, DESKTOP, BECOME)
_CALLS = (Primitive.AUTHENTICATE, Primitive.ACCT_MGMT, Primitive.OPEN_SESSION)


def find(service: Service) -> Iterator[Finding]:
    """Yield the calls that everybody is refused at."""
    if service.role not in _ROLES or not service.whole:
        return
    for primitive in _CALLS:
        chain = service.chains.get(FACILITY_OF[primitive])
        if chain is None or chain.origin != OTHER or not chain.links:
            continue
        # Old servers, such as rexec, open none.
        is_old = service.role is REMOTE and service.name != "sshd"
        if primitive is Primitive.OPEN_SESSION and is_old:
            continue
        if not _can_grant(service, primitive):
            yield RULE.finding(
                Span(service.file.path, 1),
                f"`{shown(service.name)}` has no `{word(chain.facility)}` lines, and those of"
                " `other` refuse everybody",
                f"add the lines that `{word(chain.facility)}` needs here",
                related=((chain.links[0].span, "these count in their place"),),
            )


def _can_grant(service: Service, primitive: Primitive) -> bool:
    seen = flow_of(service, primitive)
    return seen is None or seen.can_grant
