"""Users of a directory who cannot change their passwords here.

What it finds

passwd, where `auth` or `account` asks pam_sss, pam_ldap or pam_winbind, and `password` does not.

Why it matters

pam_unix does not know these users: they are refused, or asked for things that lead nowhere.

Avoid

    passwd:
    auth sufficient pam_unix.so
    auth sufficient pam_sss.so use_first_pass
    auth required pam_deny.so
    password required pam_unix.so

Prefer

    passwd:
    auth sufficient pam_unix.so
    auth sufficient pam_sss.so use_first_pass
    auth required pam_deny.so
    password sufficient pam_unix.so
    password sufficient pam_sss.so use_authtok
    password required pam_deny.so

Sources

- `pam_sss(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    CHANGES_SECRET,
)
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "directory-user-cannot-change",
    level=Severity.NOTE,
    scope=Scope.SERVICE,
    since="0.1",
    id="PW-11",
)

_DIRECTORIES = ("pam_sss", "pam_ldap", "pam_winbind")


def find(service: Service) -> Iterator[Finding]:
    """Yield the first line that stores passwords."""
    if not service.role.changes or not service.whole:
        return
    password = service.links(Facility.PASSWORD)
    stores = [known for _, known in password if known.states(CHANGES_SECRET)]
    if not stores or any(known.declaration is None for _, known in password):
        return
    stored = {known.module for known in stores}
    for facility in (Facility.AUTH, Facility.ACCOUNT):
        for _, known in service.links(facility):
            if known.module in _DIRECTORIES and known.module not in stored:
                yield RULE.finding(
                    stores[0].span,
                    f"users of `{known.module}` cannot change their passwords here",
                    f"add `password sufficient {known.module}.so use_authtok` behind it",
                    related=((known.span, "it knows users"),),
                )
                return
