"""A control that refuses whoever has passed.

What it finds

A control in brackets under which the success of a module that proves who somebody is, checks an
account or changes a password counts as `bad` or `die`, while another answer does not.

Why it matters

Those who know the password are refused, and perhaps only they. Tests such as pam_succeed_if can be
turned round in this way; proofs cannot.

Avoid

    auth [success=die default=ignore] pam_unix.so
    auth required pam_deny.so

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    CHANGES_SECRET,
    CHECKS_ACCOUNT,
    PROVES_IDENTITY,
    PROVES_POSSESSION,
    PROVES_TRAIT,
)
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("success-refused", level=Severity.WARNING, scope=Scope.LINE, since="0.1", id="FLOW-13")

_WORK = {
    Facility.AUTH: (PROVES_IDENTITY, PROVES_POSSESSION, PROVES_TRAIT),
    Facility.ACCOUNT: (CHECKS_ACCOUNT,),
    Facility.PASSWORD: (CHANGES_SECRET,),
}


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control."""
    actions = entry.control.actions
    if not entry.is_bracketed or actions[ReturnCode.SUCCESS] not in (Action.BAD, Action.DIE):
        return
    facts = _WORK.get(entry.facility, ()) if entry.facility is not None else ()
    if len(set(actions)) > 1 and any(entry.states(fact) for fact in facts):
        yield RULE.finding(
            entry.control_span,
            f"whoever `{entry.module}` lets pass is refused",
            "write `success=ok`",
        )
