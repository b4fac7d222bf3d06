"""Sessions that cannot begin without logind.

What it finds

pam_systemd or pam_elogind in `session` whose failure refuses the session. Greeters and services
that log in without asking are left out: they are nothing without the daemon.

Why it matters

If the daemon is down, or hangs, nobody gets in to mend it.

Avoid

    session required pam_systemd.so

Prefer

    -session optional pam_systemd.so

Sources

- `pam_systemd(8)`
"""

from __future__ import annotations

from pamkit.analysis.by_design import grants_by_design
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
    "systemd-required",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.1",
    id="SES-10",
    modules=("pam_systemd", "pam_elogind"),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control."""
    refuses = entry.control.actions[ReturnCode.SESSION_ERR] in (Action.BAD, Action.DIE)
    is_meant = grants_by_design(entry.span.file)
    if entry.facility is Facility.SESSION and refuses and not is_meant:
        yield RULE.finding(
            entry.control_span,
            f"without the daemon of `{entry.module}` nobody gets in",
            "write `-session optional`",
        )
