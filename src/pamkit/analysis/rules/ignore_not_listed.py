"""A control that takes *no opinion* for a refusal.

What it finds

A control in brackets that lets success count, names no `ignore`, and by its `default` turns it
into a refusal, in a line whose module answers `ignore` when all is well.

Why it matters

The module refuses people although it has nothing against them. pam_wheel without `trust` says
`ignore` about a member of the group; pam_nologin says it whenever logins are open.

Avoid

    auth [success=ok default=die] pam_wheel.so
    auth required pam_unix.so

Prefer

    auth [success=ok ignore=ignore default=die] pam_wheel.so
    auth required pam_unix.so

Sources

- `pam.conf(5)`
- `pam_wheel(8)`, `pam_nologin(8)`
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
    "ignore-not-listed",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.1",
    id="FLOW-10",
    modules=(
        "pam_wheel",
        "pam_nologin",
        "pam_sepermit",
        "pam_google_authenticator",
        "pam_env",
        "pam_group",
    ),
)

_IGNORING = {
    "pam_wheel": "trust",
    "pam_nologin": "successok",
    "pam_sepermit": "",
    "pam_env": "",
    "pam_group": "",
    "pam_google_authenticator": "",
}
"""Modules that answer `ignore` in the usual course of things, and the option that changes it."""


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control, if a module that has nothing to say is refused by it."""
    actions = entry.control.actions
    refuses = actions[ReturnCode.IGNORE] in (Action.BAD, Action.DIE)
    counts = actions[ReturnCode.SUCCESS] > 0 or actions[ReturnCode.SUCCESS] in (
        Action.OK,
        Action.DONE,
    )
    if entry.is_bracketed and refuses and counts and _is_ordinary(entry):
        yield RULE.finding(
            entry.control_span,
            f"`{entry.module}` answers ignore when all is well, and is refused for it",
            "add `ignore=ignore`",
        )


def _is_ordinary(entry: KnownEntry) -> bool:
    """Whether the module answers `ignore` in the usual course of things."""
    unless = _IGNORING[entry.module]
    if entry.module in ("pam_env", "pam_group"):
        return entry.facility is Facility.AUTH
    return entry.argument(unless) is None if unless else True
