"""A refusal that is written as a yes.

What it finds

A control in brackets that counts a refusal of the module (`auth_err`, `perm_denied`,
`user_unknown`) as `ok`. It is a note for `done`.

Why it matters

It is not what it looks like. libpam notes a yes with the code of the refusal, and hands that code
to the program; no line below can change it. Whoever wrote the line wanted either to let by whom the
module refuses, which does not happen, or to refuse, which `bad` and `die` say.

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

RULE = Rule("default-ok", level=Severity.WARNING, scope=Scope.LINE, since="0.1", id="FLOW-12")

_REFUSALS = (ReturnCode.AUTH_ERR, ReturnCode.PERM_DENIED, ReturnCode.USER_UNKNOWN)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control, unless its module never refuses."""
    if not entry.is_bracketed or entry.states(ALWAYS_SUCCEEDS) or entry.states(ALWAYS_IGNORED):
        return
    actions = entry.control.actions
    counted = [code for code in _REFUSALS if actions[code] in (Action.OK, Action.DONE)]
    if counted:
        is_ok = any(actions[code] == Action.OK for code in counted)
        yield RULE.finding(
            entry.control_span,
            f"`{WORDS[counted[0]]}` is written as a yes, and refuses all the same",
            "write `default=bad`, and name the answers that may be ignored",
            level=RULE.level if is_ok else Severity.NOTE,
        )
