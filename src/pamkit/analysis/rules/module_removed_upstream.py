"""A module that current systems do not have.

What it finds

A line with a module that Linux-PAM or the distributions have given up. It is a warning where the
control ignores that the module is missing, and a note where that does no harm: in `session`, under
a `-`, which expects it, and for modules that are about to go.

Why it matters

After an upgrade the module is missing. Under `required` nobody gets in any more; under
`sufficient` and `optional` a counter or a check is silently gone.

Avoid

    auth required pam_tally2.so deny=5
    auth required pam_unix.so

Prefer

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail

Sources

- Linux-PAM 1.5.0 and 1.5.3, changes
- void-linux/void-packages issue 25506
- archlinuxhardened/selinux issue 41
"""

from __future__ import annotations

from pamkit.analysis.module_names import FADING, GONE
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
    "module-removed-upstream", level=Severity.ERROR, scope=Scope.LINE, since="0.1", id="MOD-02"
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the line, as bad as it is that its module is missing."""
    gone = GONE.get(entry.module) or FADING.get(entry.module)
    if gone is None:
        return
    level = RULE.level
    if entry.control.actions[ReturnCode.MODULE_UNKNOWN] == Action.IGNORE:
        level = Severity.NOTE if entry.facility is Facility.SESSION else Severity.WARNING
    if entry.entry.quiet or entry.module in FADING:
        level = Severity.NOTE
    yield RULE.finding(
        entry.span,
        f"`{entry.module}` is no part of current systems: {gone.why}",
        f"use {' or '.join(f'`{name}`' for name in gone.instead.split(' or '))}",
        level=level,
    )
