"""A second factor whose file is in a home that is not there yet.

What it finds

A second factor that keeps who is enrolled in the home of the user, in a service that opens the
home with pam_ecryptfs or pam_systemd_home; as a note, with pam_mount, which may mount something
else.

Why it matters

The home is opened with the password, at the end of the login. Before that the file cannot be read:
the user is refused, or passes as one who is not enrolled.

Avoid

    auth required pam_unix.so
    auth required pam_u2f.so
    auth optional pam_ecryptfs.so unwrap
    session optional pam_ecryptfs.so unwrap

Prefer

    auth required pam_unix.so
    auth required pam_u2f.so authfile=/etc/u2f_keys
    auth optional pam_ecryptfs.so unwrap
    session optional pam_ecryptfs.so unwrap

Sources

- `pam_u2f(8)`
"""

from __future__ import annotations

from pamkit.analysis.factors import has_home_file
from pamkit.analysis.roles import (
    BECOME,
    LOCKER,
    OWN_ACCOUNT,
)
from pamkit.analysis.roles import CALLER as ASKS_CALLER
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "factor-in-encrypted-home",
    level=Severity.WARNING,
    scope=Scope.SERVICE,
    since="0.1",
    id="MFA-09",
)

_LEVELS = {
    "pam_ecryptfs": Severity.WARNING,
    "pam_systemd_home": Severity.WARNING,
    "pam_mount": Severity.NOTE,
}


def find(service: Service) -> Iterator[Finding]:
    """Yield the factor."""
    # Who runs sudo, su or a locker is logged in: the home is open.
    if service.role in (ASKS_CALLER, BECOME, LOCKER, OWN_ACCOUNT):
        return
    factors = [known for _, known in service.links(Facility.AUTH) if has_home_file(known)]
    if not factors:
        return
    for facility in (Facility.SESSION, Facility.AUTH):
        for _, opener in service.links(facility):
            if opener.module in _LEVELS:
                yield RULE.finding(
                    factors[0].span,
                    f"`{factors[0].module}` looks into a home that `{opener.module}` has yet to"
                    " open",
                    "keep the file outside of the homes, as `authfile=/etc/u2f_keys` does",
                    level=_LEVELS[opener.module],
                    related=((opener.span, "the home is opened here"),),
                )
                return
