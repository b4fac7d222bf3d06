"""A denial that denies nothing.

What it finds

pam_deny under a control that ignores its answer, as `sufficient` and `optional` do.

Why it matters

The line is there to refuse whoever gets so far. It is skipped, and what was recorded before
decides: behind `required pam_faillock.so preauth` that is a yes.

Avoid

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth sufficient pam_deny.so

Prefer

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth required pam_faillock.so authfail
    auth required pam_deny.so

Sources

- `pam_deny(8)`
- gentoo/pambase commit f6e52e5
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import FACILITY_OF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "deny-shadowed",
    level=Severity.ERROR,
    scope=Scope.LINE,
    since="0.1",
    id="FLOW-20",
    modules=("pam_deny",),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control, if every answer of the module is ignored."""
    if entry.facility is None or entry.declaration is None:
        return
    codes = [
        code
        for primitive, answers in entry.declaration.answers.items()
        for code in answers
        if FACILITY_OF[primitive] is entry.facility
    ]
    if codes and all(entry.control.actions[code] == Action.IGNORE for code in codes):
        yield RULE.finding(
            entry.control_span,
            f"under `{shown(entry.control.text)}` pam_deny denies nothing",
            "write `required` or `requisite`, or remove the line",
        )
