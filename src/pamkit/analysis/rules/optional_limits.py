"""Limits that are ignored when they refuse.

What it finds

pam_limits in `session` whose failure is ignored.

Why it matters

`maxlogins` and `maxsyslogins` refuse a session through this line alone: here they refuse nothing,
and where limits cannot be set the session goes on without them. Under `required` a mistake in
limits.conf can keep people out: check it with `pamkit check`.

Avoid

    session optional pam_limits.so

Prefer

    session required pam_limits.so

Sources

- `pam_limits(8)`
- `limits.conf(5)`
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
    "optional-limits",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.1",
    id="SES-12",
    modules=("pam_limits",),
)

_REFUSALS = (ReturnCode.PERM_DENIED, ReturnCode.SESSION_ERR)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control."""
    ignored = all(entry.control.actions[code] == Action.IGNORE for code in _REFUSALS)
    if entry.facility is Facility.SESSION and ignored:
        yield RULE.finding(
            entry.control_span,
            "whom pam_limits refuses, by `maxlogins` for one, gets in all the same",
            "write `required`",
        )
