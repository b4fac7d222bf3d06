"""Local users refused because a directory does not know them.

What it finds

pam_sss, pam_ldap or pam_winbind in `account`, where a user whom it does not know is refused for
that, in a chain that checks local accounts as well and that no local user can pass.

Why it matters

Nobody whose account is on this machine gets in, root neither.

Avoid

    account required pam_unix.so
    account required pam_sss.so

Prefer

    account required pam_unix.so
    account sufficient pam_localuser.so
    account [default=bad success=ok user_unknown=ignore] pam_sss.so

Sources

- `pam_sss(8)`
- `pam_ldap(8)`
"""

from __future__ import annotations

from pamkit.analysis.circumstance import DUE, EXPIRED, LOCKED, NOLOGIN, USER
from pamkit.analysis.claims import is_granted
from pamkit.analysis.counting import (
    is_remote,
)
from pamkit.analysis.passage import passages
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    CHECKS_ACCOUNT,
)
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.explore import Outcome
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "local-user-refused", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="ACCT-05"
)

_DIRECTORIES = ("pam_sss", "pam_ldap", "pam_winbind")


def find(service: Service) -> Iterator[Finding]:
    """Yield the line that refuses, if there is no way around it."""
    links = service.links(Facility.ACCOUNT)
    strict = [(link, known) for link, known in links if _refuses_strangers(link, known)]
    judging = [known for _, known in links if known.states(CHECKS_ACCOUNT)]
    # What other modules make of strangers is not known so well.
    if not strict or any(is_remote(k) and k.module not in _DIRECTORIES for k in judging):
        return
    if all(map(is_remote, judging)):
        return
    asked = {link.number for link, _ in strict}

    def noted(link: Link, _: Outcome) -> tuple[str, ...]:
        return (f"asked {link.number}",) if link.number in asked else ()

    given = ((USER, "local"), (EXPIRED, "no"), (DUE, "no"), (NOLOGIN, "no"), (LOCKED, "no"))
    seen = passages(service, Primitive.ACCT_MGMT, noted, given=given)
    if seen is None or any(is_granted(end) for end in seen.ends):
        return
    marks = {mark for end in seen.ends for mark in end.marks}
    for link, known in strict:
        if f"asked {link.number}" in marks:
            yield RULE.finding(
                known.control_span,
                f"no local user gets in: `{known.module}` does not know them",
                "write `[default=bad success=ok user_unknown=ignore]`",
            )
            return


def _refuses_strangers(link: Link, known: KnownEntry) -> bool:
    refuses = link.actions[ReturnCode.USER_UNKNOWN] in (Action.BAD, Action.DIE)
    return known.module in _DIRECTORIES and refuses and "ignore_unknown_user" not in known.args
