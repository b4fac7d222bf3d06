"""A directory that says no to an account, and is not listened to.

What it finds

pam_sss, pam_ldap or pam_winbind in `account`, whose refusal (`perm_denied`, `acct_expired`) is
ignored, where the other lines would say yes to the user of a directory.

Why it matters

Who has been locked in the directory, or may not use this machine by its rules, gets in.

Avoid

    account required pam_unix.so
    account sufficient pam_sss.so
    account required pam_permit.so

Prefer

    account required pam_unix.so
    account [default=bad success=ok user_unknown=ignore] pam_sss.so
    account required pam_permit.so

Sources

- `pam_acct_mgmt(3)`
- `pam_sss(8)`
- flatcar/baselayout commit 172af4b
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    ALWAYS_FAILS,
    CHECKS_CONDITION,
)
from pamkit.policy.control import Action
from pamkit.semantics.fold import fold_of
from pamkit.semantics.verdict import Mood
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Chain, Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "ignored-account-refusal",
    level=Severity.WARNING,
    scope=Scope.SERVICE,
    since="0.1",
    id="ACCT-04",
)

_REFUSALS = (ReturnCode.PERM_DENIED, ReturnCode.ACCT_EXPIRED)
_DIRECTORIES = ("pam_sss", "pam_ldap", "pam_winbind")


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines whose refusal changes nothing."""
    chain = service.chains.get(Facility.ACCOUNT)
    if chain is None or not service.whole:
        return
    for link, known in service.links(Facility.ACCOUNT):
        ignored = all(link.actions[code] == Action.IGNORE for code in _REFUSALS)
        if known.module in _DIRECTORIES and ignored and _is_let_in(service, chain, link):
            yield RULE.finding(
                known.control_span,
                f"an account that `{known.module}` refuses gets in all the same",
                "write `[default=bad success=ok user_unknown=ignore]`",
            )


def _is_let_in(service: Service, chain: Chain, refusing: Link) -> bool:
    """Whether a user of a directory is let in whom one line has refused and all others know."""
    was_asked, module = False, service.known[refusing.span].module
    at = begin(chain.links, fold_of(chain.rules, Primitive.ACCT_MGMT))
    while isinstance(at, Cursor):
        was_asked = was_asked or at.link is refusing
        at = advance(at, _answer(service.known[at.link.span], at.link, module))
    return was_asked and at.mood is Mood.GRANTED


def _answer(known: KnownEntry, link: Link, module: str) -> int:
    if known.module == module or link.refusal or known.declaration is None:
        return ReturnCode.PERM_DENIED
    if known.states(ALWAYS_FAILS) or known.module in ("pam_localuser", "pam_usertype"):
        return ReturnCode.PERM_DENIED
    # What hangs on something else is not what lets in.
    by_condition = known.states(CHECKS_CONDITION) and link.actions[0] not in (Action.OK, Action.BAD)
    return ReturnCode.PERM_DENIED if by_condition else ReturnCode.SUCCESS
