"""A `sufficient` that suffices for nobody.

What it finds

pam_wheel without `trust` under a control that is about its success and ignores its refusal.

Why it matters

Without `trust` pam_wheel answers *ignore* to members, never success. The line lets nobody by, and
keeps nobody out.

Avoid

    su:
    auth sufficient pam_wheel.so use_uid
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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "wheel-without-trust",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.1",
    id="AUTH-11",
    modules=("pam_wheel",),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control."""
    actions = entry.control.actions
    success, refused = actions[ReturnCode.SUCCESS], actions[ReturnCode.PERM_DENIED]
    # A jump on what it does answer would be a use of it.
    is_ignored = actions[ReturnCode.IGNORE] == refused == Action.IGNORE
    if entry.argument("trust") or not is_ignored or success == Action.IGNORE:
        return
    yield RULE.finding(
        entry.control_span,
        "without `trust` pam_wheel never answers success: the line does nothing",
        "write `required` to let in nobody but members",
    )
