"""A control that takes refusals for a yes.

What it finds

A control in brackets that counts a refusal of the module (`auth_err`, `perm_denied`,
`user_unknown`) as `ok` or `done`.

Why it matters

The line says yes to whoever the module refused. What the program gets is the code of the
refusal under a verdict that is none, and programs differ in what they make of it; a later `ok`
makes it a plain yes.

Avoid

    auth [success=ok default=ok] pam_radius_auth.so

Prefer

    auth [success=ok ignore=ignore default=bad] pam_radius_auth.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import ALWAYS_IGNORED, ALWAYS_SUCCEEDS
from pamkit.policy.control import Action
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("default-ok", level=Severity.ERROR, scope=Scope.LINE, since="0.1", id="FLOW-12")

_REFUSALS = (ReturnCode.AUTH_ERR, ReturnCode.PERM_DENIED, ReturnCode.USER_UNKNOWN)
_COUNTING = (Action.OK, Action.DONE)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control, unless its module never refuses."""
    if not entry.is_bracketed or entry.states(ALWAYS_SUCCEEDS) or entry.states(ALWAYS_IGNORED):
        return
    counted = [code for code in _REFUSALS if entry.control.actions[code] in _COUNTING]
    if counted:
        yield RULE.finding(
            entry.control_span,
            f"`{WORDS[counted[0]]}` counts as a yes",
            "write `default=bad`, and name the answers that may be ignored",
        )
