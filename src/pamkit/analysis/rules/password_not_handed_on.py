"""A session that needs the password, and never got it.

What it finds

pam_gnome_keyring, pam_kwallet, pam_kwallet5 or pam_ecryptfs in `session` of a service that asks
for a password, without a line of the same module in `auth` that a right password comes to. It is a
note for keyrings, which ask again. Sessions that begin without a password are left out.

Why it matters

The password is known in `auth` alone. Without the line there nothing can be unlocked: the user is
asked again, or finds an encrypted home that is not open.

Avoid

    auth sufficient pam_unix.so
    auth required pam_deny.so
    auth optional pam_ecryptfs.so unwrap
    session optional pam_ecryptfs.so unwrap

Prefer

    auth required pam_unix.so
    auth optional pam_ecryptfs.so unwrap
    session optional pam_ecryptfs.so unwrap

Sources

- `pam_gnome_keyring(8)`
- `pam_open_session(3)`
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER, LOCKED, NOLOGIN, SECRET
from pamkit.analysis.claims import is_granted
from pamkit.analysis.model import PROVED
from pamkit.analysis.passage import passages
from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.service_names import is_shared
from pamkit.module.facts import (
    PROVES_IDENTITY,
)
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.explore import Outcome
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "password-not-handed-on", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="SES-23"
)

_NEEDING = ("pam_ecryptfs", "pam_gnome_keyring", "pam_kwallet", "pam_kwallet5")


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines in `session` that no password is kept for."""
    needing = [k for _, k in service.links(Facility.SESSION) if k.module in _NEEDING]
    auth = service.links(Facility.AUTH)
    if not needing or not any(known.states(PROVES_IDENTITY) for _, known in auth):
        return
    keeping = {link.number: known.module for link, known in auth if known.module in _NEEDING}

    def noted(link: Link, _: Outcome) -> tuple[str, ...]:
        return (keeping[link.number],) if link.number in keeping else ()

    given = ((SECRET, "right"), (CALLER, "other"), (LOCKED, "no"), (NOLOGIN, "no"))
    seen = passages(service, Primitive.AUTHENTICATE, noted, given=given)
    proved = f"{PROVED} {SECRET}"
    ends = [e.marks for e in seen.ends if is_granted(e) and proved in e.marks] if seen else []
    reported: set[str] = set()
    for known in needing:
        if known.module in reported or any(known.module in marks for marks in ends) or not ends:
            continue
        if is_shared(service.name) and known.module not in keeping.values():
            continue  # the line may stand in a file that is included beside this one
        reported.add(known.module)
        yield RULE.finding(
            known.span,
            f"no way of the right password leads to a line of `{known.module}` in `auth`",
            f"add `auth optional {known.module}.so` behind what checks the password",
            level=RULE.level if known.module == "pam_ecryptfs" else Severity.NOTE,
        )
