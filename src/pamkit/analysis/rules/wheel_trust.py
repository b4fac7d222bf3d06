"""Membership in a group in the place of a password.

What it finds

pam_wheel with `trust` in `auth`, under a control that lets its success pass over what is below.

Why it matters

Every member of the group, and every program that runs as one of them, becomes root without a
password.

Avoid

    su:
    auth sufficient pam_wheel.so trust use_uid
    auth required pam_unix.so

Prefer

    su:
    auth required pam_wheel.so use_uid
    auth required pam_unix.so

Sources

- `pam_wheel(8)`
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
    "wheel-trust",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.1",
    id="AUTH-10",
    modules=("pam_wheel",),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the option."""
    success = entry.control.actions[ReturnCode.SUCCESS]
    at = entry.argument("trust")
    passes = success == Action.DONE or success > 0
    if at is not None and entry.facility is Facility.AUTH and passes:
        yield RULE.finding(
            at,
            "members of the group need no password",
            "leave out `trust`, and write `required`",
        )
