"""A login of root that needs another machine.

What it finds

A service that logs people in, or lets them act as others, at which root gets through only while
other machines, or the daemons that ask them, answer.

Why it matters

A network that is down keeps out those who could mend it.

Avoid

    login:
    auth sufficient pam_unix.so
    auth required pam_deny.so
    account required pam_ldap.so

Prefer

    login:
    auth sufficient pam_unix.so
    auth required pam_deny.so
    account sufficient pam_localuser.so
    account required pam_ldap.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.circumstance import DUE, EXPIRED
from pamkit.analysis.claims import ROOT_CAN_GET_IN, ROOT_WITHOUT_NETWORK
from pamkit.analysis.landing import does_work
from pamkit.analysis.proved import proved, shown_run
from pamkit.analysis.roles import BECOME, CALLER, CONSOLE, DESKTOP, REMOTE
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import ASKS_DAEMON, ASKS_NETWORK
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("needs-network", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="FLOW-18")

_ROLES = (CONSOLE, DESKTOP, REMOTE, BECOME, CALLER)

_FORGIVING = frozenset({"ignore_unknown_user", "ignore_authinfo_unavail"})

_PASSES = ROOT_WITHOUT_NETWORK.changed(
    name="root-passes-account-without-network",
    sentence="root passes the account check while no other machine answers",
    primitive=Primitive.ACCT_MGMT,
    given=tuple((dict(ROOT_WITHOUT_NETWORK.given) | {EXPIRED: "no", DUE: "no"}).items()),
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the first line that asks another machine, in each facility."""
    if service.role not in _ROLES:
        return
    auth, account = _remote(service, Facility.AUTH), _remote(service, Facility.ACCOUNT)
    alone = proved(service, ROOT_WITHOUT_NETWORK) if auth else None
    helped = proved(service, ROOT_CAN_GET_IN) if auth else None
    if alone is not None and helped is not None and helped.holds and not alone.holds:
        yield RULE.finding(
            auth[0].span,
            f"`{shown(service.name)}` lets root in only while other machines answer",
            "let a local password suffice, or ignore `authinfo_unavail`",
            related=shown_run(service, helped.witness),
        )
    passes = proved(service, _PASSES) if account else None
    if passes is not None and not passes.holds:
        yield RULE.finding(
            account[0].span,
            f"root does not pass the account check of `{shown(service.name)}` while no other"
            " machine answers",
            "put `sufficient pam_localuser.so` above it, or ignore `user_unknown` and"
            " `authinfo_unavail`",
        )


def _remote(service: Service, facility: Facility) -> list[KnownEntry]:
    found = [
        known
        for _, known in service.links(facility)
        if does_work(known, facility) and (known.states(ASKS_NETWORK) or known.states(ASKS_DAEMON))
    ]
    # What a module answers under these words is not what it states.
    return [] if any(_FORGIVING & set(known.args) for known in found) else found
