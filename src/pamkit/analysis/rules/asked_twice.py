"""A password that is asked for twice.

What it finds

pam_ldap, pam_winbind, pam_krb5 or pam_userdb without `use_first_pass` and `try_first_pass`, below
a line that has asked for the password already and after whose refusal the chain goes on.

Why it matters

Who mistypes is asked a second time, and does not know for what.

Avoid

    auth sufficient pam_unix.so
    auth sufficient pam_ldap.so
    auth required pam_deny.so

Prefer

    auth sufficient pam_unix.so
    auth sufficient pam_ldap.so use_first_pass
    auth required pam_deny.so

Sources

- `pam.conf(5)`
- SUSE/pam-config#36
"""

from __future__ import annotations

from pamkit.analysis.passage import asked_behind
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import ASKS_SECRET, PROVES_IDENTITY
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("asked-twice", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="AUTH-06")

_ASK_ANEW = frozenset({"pam_ldap", "pam_winbind", "pam_krb5", "pam_userdb"})
"""Modules that ask although somebody has, unless they are told to look first."""

_LOOKS = frozenset({"try_first_pass", "use_first_pass", "force_first_pass"})


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines that ask again."""
    links = [
        (link, known)
        for link, known in service.links(Facility.AUTH)
        if known.states(ASKS_SECRET) and known.states(PROVES_IDENTITY)
    ]
    anew = [
        (link, known)
        for link, known in links[1:]
        if known.module in _ASK_ANEW and not _LOOKS & set(known.args)
    ]
    behind = asked_behind(service, Primitive.AUTHENTICATE, links[0][0]) if anew else frozenset()
    for link, known in anew:
        if link.number in behind:
            yield RULE.finding(
                known.span,
                f"`{known.module}` asks for the password a second time",
                "add `try_first_pass`",
                related=((links[0][1].span, "it was asked for here"),),
            )
