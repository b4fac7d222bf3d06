"""The same line twice in one chain.

What it finds

A module with the same options twice in a chain, where one run asks both: pam_unix, a counter, a
directory, pam_limits and others of which once is enough. It is a note where nothing but time is
lost.

Why it matters

A wrong password counts as two failures, remote machines are asked twice, and who removes one of
the lines wonders why nothing changes. Mostly an include brings the second one.

Avoid

    auth required pam_unix.so
    auth include system-auth
    system-auth:
    auth required pam_unix.so

Prefer

    auth include system-auth
    system-auth:
    auth required pam_unix.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.passage import asked_behind
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("duplicate-line", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="MOD-15")

_HARM = frozenset(
    {
        *("pam_unix", "pam_tally", "pam_tally2"),
        *("pam_ldap", "pam_sss", "pam_krb5", "pam_winbind"),
    }
)
"""Modules that count a failure, or ask another machine; pam_faillock has rules of its own."""

_ONCE = _HARM | {
    *("pam_limits", "pam_lastlog", "pam_mkhomedir"),
    *("pam_systemd", "pam_loginuid", "pam_motd", "pam_mail"),
}

_MOST = 8
"""Lines that are followed in a facility, where more are repeated: each takes a look at all runs."""

_CALLS = {
    Facility.AUTH: Primitive.AUTHENTICATE,
    Facility.ACCOUNT: Primitive.ACCT_MGMT,
    Facility.PASSWORD: Primitive.CHAUTHTOK,
    Facility.SESSION: Primitive.OPEN_SESSION,
}


def find(service: Service) -> Iterator[Finding]:
    """Yield the second of two lines."""
    for facility, primitive in _CALLS.items():
        same: dict[tuple[str, tuple[str, ...]], list[tuple[Link, KnownEntry]]] = {}
        for link, known in service.links(facility):
            if known.module in _ONCE and not link.refusal:
                same.setdefault((known.module, known.args), []).append((link, known))
        repeated = [lines for lines in same.values() if len(lines) > 1]
        for (first, above), *others in repeated[:_MOST]:
            behind = asked_behind(service, primitive, first)
            for _, known in (other for other in others if other[0].number in behind):
                harms = facility in (Facility.AUTH, Facility.PASSWORD) and known.module in _HARM
                yield RULE.finding(
                    known.span,
                    f"`{known.module}` is asked twice in `{service.name}`",
                    "remove one of the lines",
                    level=RULE.level if harms else Severity.NOTE,
                    related=((above.span, "the first time"),),
                )
