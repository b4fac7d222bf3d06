"""A directory that checks the password and is not asked about the account.

What it finds

pam_sss, pam_ldap or pam_winbind in `auth`, and no line of the same module in `account`, where
other modules check accounts.

Why it matters

Users of the directory may be unknown to the modules that are asked about accounts, and be refused;
or be let in although the directory has locked them.

Avoid

    auth sufficient pam_unix.so
    auth sufficient pam_sss.so use_first_pass
    auth required pam_deny.so
    account required pam_unix.so

Prefer

    auth sufficient pam_unix.so
    auth sufficient pam_sss.so use_first_pass
    auth required pam_deny.so
    account required pam_unix.so
    account [default=bad success=ok user_unknown=ignore] pam_sss.so

Sources

- `pam_sss(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import CHECKS_ACCOUNT
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "directory-not-asked", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="ACCT-08"
)

_DIRECTORIES = ("pam_sss", "pam_ldap", "pam_winbind")


def find(service: Service) -> Iterator[Finding]:
    """Yield the first line that checks accounts, with the line in `auth` that is left alone."""
    account = service.links(Facility.ACCOUNT)
    checks = [known for _, known in account if known.states(CHECKS_ACCOUNT)]
    # Where nobody is asked about accounts that is meant, or another finding.
    if not checks or not service.whole or any(known.declaration is None for _, known in account):
        return
    asked = {known.module for known in checks}
    for _, known in service.links(Facility.AUTH):
        if known.module in _DIRECTORIES and known.module not in asked:
            yield RULE.finding(
                checks[0].span,
                f"`{known.module}` checks passwords in `auth`, and is not asked about accounts",
                f"add `account [default=bad success=ok user_unknown=ignore] {known.module}.so`",
                related=((known.span, "it checks passwords here"),),
            )
            return
