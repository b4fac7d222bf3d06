"""An audit that records passwords.

What it finds

`log_passwd` of pam_tty_audit.

Why it matters

What is typed without echo, passwords that is, stands in the log of the audit for all who can read
it.

Avoid

    session required pam_tty_audit.so enable=* log_passwd

Prefer

    session required pam_tty_audit.so enable=*

Sources

- `pam_tty_audit(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "passwords-recorded",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.1",
    id="SES-22",
    modules=("pam_tty_audit",),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the option."""
    at = entry.argument("log_passwd")
    if at is not None:
        yield RULE.finding(at, "passwords that are typed are recorded", "drop `log_passwd`")
