"""A script under a control that does not fit what it does.

What it finds

pam_exec with a program whose name says that it checks something, and whose failure does not count;
or with one whose name says that it tells somebody something, and whose failure refuses.

Why it matters

A check that is `optional` is none. A message that cannot be sent, because a disk is full or a
server down, keeps everybody out.

Avoid

    account optional pam_exec.so seteuid /usr/local/sbin/check-access

Prefer

    account required pam_exec.so seteuid /usr/local/sbin/check-access
    session optional pam_exec.so /usr/local/sbin/notify-login

Sources

- `pam_exec(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "script-control",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.1",
    id="MOD-13",
    modules=("pam_exec",),
)

_CHECKS = frozenset(
    {"check", "allow", "allowed", "access", "verify", "deny", "authorize", "authorized", "permit"}
)
_TELLS = frozenset(
    {"notify", "notification", "mail", "email", "sendmail", "slack", "telegram", "alert", "ntfy"}
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the program."""
    command = getattr(entry.options, "command", ())
    name = command[0].rpartition("/")[2] if command else ""
    words = set(name.lower().replace("-", " ").replace("_", " ").replace(".", " ").split())
    failed = entry.control.actions[ReturnCode.SYSTEM_ERR]
    success = entry.control.actions[ReturnCode.SUCCESS]
    decides = entry.facility in (Facility.AUTH, Facility.ACCOUNT)
    if words & _TELLS and failed in (Action.BAD, Action.DIE) and not words & _CHECKS:
        what, advice = "tells somebody something, and refuses if it cannot", "write `optional`"
    elif words & _CHECKS and decides and (success, failed) == (Action.OK, Action.IGNORE):
        what, advice = "checks something, and its refusal does not count", "write `required`"
    else:
        return
    yield RULE.finding(entry.control_span, f"by its name `{shown(name)}` {what}", advice)
