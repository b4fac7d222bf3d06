"""A check that the usual success passes by.

What it finds

A line that must be passed, and that asks for a code, or tests the group, the terminal, the time or
where somebody is from, below a `sufficient` line whose success ends the chain. In `account` the
same, below a `sufficient` check of the account.

Why it matters

Whoever passes the line above never comes to the check. It holds for nobody but those who failed.
Of second factors `factor-alone-grants` and `bypassed-factor` speak.

Avoid

    su:
    auth sufficient pam_unix.so
    auth required pam_wheel.so

Prefer

    su:
    auth required pam_wheel.so
    auth sufficient pam_unix.so
    auth required pam_deny.so

Sources

- `pam.conf(5)`
- florianutz/ubuntu2004_cis#51
"""

from __future__ import annotations

from pamkit.analysis.bypass import bypassed
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("skipped-check", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="FLOW-09")


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines that are passed by."""
    for first, check in bypassed(service, across=False):
        yield RULE.finding(
            check.span,
            f"`{check.module}` is never asked if `{first.module}` above says yes",
            "move this line above the other one",
            related=((first.span, "its success ends the chain"),),
        )
