"""A password that is stored in one place and may be refused in the next.

What it finds

Two modules in `password` that both must store the new password, of which at least one asks other
machines.

Why it matters

The first has stored it when the second refuses: the user is told that nothing was changed, and has
two passwords from then on.

Avoid

    password required pam_unix.so
    password required pam_krb5.so use_authtok

Prefer

    password sufficient pam_unix.so
    password sufficient pam_krb5.so use_authtok
    password required pam_deny.so

Sources

- `pam_chauthtok(3)`
"""

from __future__ import annotations

from itertools import pairwise

from pamkit.analysis.counting import (
    is_remote,
)
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    CHANGES_SECRET,
)
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("stores-diverge", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="PW-08")


def find(service: Service) -> Iterator[Finding]:
    """Yield the second one."""
    must = [known for link, known in service.links(Facility.PASSWORD) if _must_store(link, known)]
    for first, second in pairwise(must):
        if first.module != second.module and (is_remote(first) or is_remote(second)):
            yield RULE.finding(
                second.span,
                f"if `{second.module}` refuses, `{first.module}` has stored the password already",
                "let each module store the passwords of its own users",
                related=((first.span, "stored here"),),
            )
            return


def _must_store(link: Link, known: KnownEntry) -> bool:
    refused = link.actions[ReturnCode.AUTHTOK_ERR] in (Action.BAD, Action.DIE)
    goes_on = link.actions[ReturnCode.SUCCESS] == Action.OK
    return known.states(CHANGES_SECRET) and refused and goes_on
