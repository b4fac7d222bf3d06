"""A second factor that nobody needs to have.

What it finds

A module of a second factor in `auth` whose success counts and whose refusal is ignored, as under
`optional`.

Why it matters

Whoever fails it goes on as if nothing had happened: it asks, and protects nothing.

Avoid

    auth required pam_unix.so
    auth optional pam_oath.so

Prefer

    auth required pam_unix.so
    auth required pam_oath.so

Sources

- `pam_oath(8)`
- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "optional-factor",
    level=Severity.ERROR,
    scope=Scope.LINE,
    since="0.1",
    id="MFA-04",
    modules=("pam_oath", "pam_google_authenticator", "pam_u2f", "pam_duo", "pam_yubico"),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control."""
    actions = entry.control.actions
    counts = actions[ReturnCode.SUCCESS] == Action.OK
    refusals = (ReturnCode.AUTH_ERR, ReturnCode.PERM_DENIED, ReturnCode.USER_UNKNOWN)
    ignored = all(actions[code] == Action.IGNORE for code in refusals)
    if entry.facility is Facility.AUTH and counts and ignored:
        yield RULE.finding(
            entry.control_span,
            f"whoever fails `{entry.module}` goes on all the same",
            "write `required`",
        )
