"""A service whose account check is left to `other`, where it checks nothing or refuses everybody.

What it finds

A service that people log in with, or ask for themselves, that has lines of `auth` and none of
`account`, so that those of `other` are used; and these say yes to everybody, or no to everybody,
or are not there. An `other` that checks accounts is no finding. It is a note in services that check
passwords over the network, as many of their programs ask no more.

Why it matters

Accounts that have expired or are locked go on working; or nobody gets in at all, and the log
speaks of a service that nobody has heard of.

Avoid

    sshd:
    auth required pam_unix.so
    other:
    account required pam_permit.so

Prefer

    sshd:
    auth required pam_unix.so
    account required pam_unix.so
    other:
    account required pam_permit.so

Sources

- `pam_acct_mgmt(3)`
- `pam.d(5)`
- CVE-2022-0860
"""

from __future__ import annotations

from pamkit.analysis.first_line import first_line
from pamkit.analysis.roles import (
    BECOME,
    CONSOLE,
    DESKTOP,
    NETWORK,
    REMOTE,
)
from pamkit.analysis.roles import CALLER as ASKS_CALLER
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    ALWAYS_FAILS,
    ALWAYS_IGNORED,
    ALWAYS_SUCCEEDS,
)
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "account-check-left-out", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="ACCT-01"
)

_ROLES = (CONSOLE, REMOTE, DESKTOP, BECOME, ASKS_CALLER, NETWORK)


def find(service: Service) -> Iterator[Finding]:
    """Yield one finding at the head of the file."""
    if service.role not in _ROLES or not service.whole or not service.links(Facility.AUTH):
        return
    chain = service.chains.get(Facility.ACCOUNT)
    if chain is not None and chain.origin == service.name:
        return
    links = [] if chain is None else [(link, service.known[link.span]) for link in chain]
    # What only writes a log, as pam_warn does, has no say.
    saying = [(link, known) for link, known in links if not known.states(ALWAYS_IGNORED)]
    if not links:
        # Of a part of a tree nobody knows whether there is an `other` elsewhere.
        if service.around.has("/etc/pam.d/other") is not False:
            return
        what = "there is none, so everybody is refused"
    elif not saying or _refuses(*saying[0]):
        what = "they refuse everybody"
    elif all(known.states(ALWAYS_SUCCEEDS) for _, known in saying):
        what = "they say yes to everybody"
    else:
        return
    yield RULE.finding(
        first_line(service, Facility.AUTH),
        f"`{shown(service.name)}` has no lines of `account`; of those of `other`: {what}",
        "add `account required pam_unix.so`, or include what other services do",
        # Many programs of this kind check a password, and ask no more.
        level=Severity.NOTE if service.role is NETWORK else RULE.level,
        related=tuple((known.span, "this is used") for _, known in saying[:1]),
    )


def _refuses(link: Link, known: KnownEntry) -> bool:
    refused = link.actions[ReturnCode.PERM_DENIED]
    return known.states(ALWAYS_FAILS) and refused in (Action.BAD, Action.DIE)
