"""A refusal that comes before the password is asked for.

What it finds

A test of who the user is, under `requisite` or `die` in `auth`, above the first line that asks for
anything.

Why it matters

Somebody who tries names sees which of them exist, are in a group or are locked: those are refused
without a question. Under `required` everybody is asked, and refused in the end.

Avoid

    sshd:
    auth requisite pam_succeed_if.so user ingroup vpn
    auth required pam_unix.so

Prefer

    sshd:
    auth required pam_succeed_if.so user ingroup vpn quiet
    auth required pam_unix.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import ASKS_CODE, ASKS_PRESENCE, ASKS_SECRET
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "telltale-requisite", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="FLOW-15"
)

_TESTS = frozenset(
    {
        *("pam_succeed_if", "pam_listfile", "pam_usertype", "pam_localuser", "pam_access"),
        *("pam_shells", "pam_faillock", "pam_tally2"),
    }
)
"""Modules whose answer hangs on who the user is."""


def find(service: Service) -> Iterator[Finding]:
    """Yield the tests, in services that ask people for their secrets."""
    if not service.role.asks or service.role.trusts_root:
        return
    links = service.links(Facility.AUTH)
    first = next((at for at, (_, known) in enumerate(links) if _asks(known)), 0)
    for link, known in links[:first]:
        if known.module in _TESTS and link.actions[ReturnCode.AUTH_ERR] == Action.DIE:
            yield RULE.finding(
                known.control_span,
                f"whom `{known.module}` refuses is not asked for a password, and so told apart",
                "write `required`, and `quiet` or `silent` where the module has it",
            )


def _asks(known: KnownEntry) -> bool:
    is_unknown = known.declaration is None
    return is_unknown or any(known.states(it) for it in (ASKS_SECRET, ASKS_CODE, ASKS_PRESENCE))
