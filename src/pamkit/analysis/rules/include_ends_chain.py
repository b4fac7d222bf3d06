"""An included file that ends the chain of those who include it.

What it finds

A line that must be passed, below an include of a file in which a `sufficient` line can end the
chain. The line is one that counts failures, or tests the group, the terminal, the time or where
somebody is from.

Why it matters

`include` takes lines in as if they stood there. What is `sufficient` in them suffices for the
whole service, and what stands below the include is never asked.

Avoid

    su:
    auth include base-auth
    auth required pam_wheel.so
    base-auth:
    auth sufficient pam_unix.so
    auth required pam_deny.so

Prefer

    su:
    auth substack base-auth
    auth required pam_wheel.so
    base-auth:
    auth sufficient pam_unix.so
    auth required pam_deny.so

Sources

- `pam.d(5)`
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

RULE = Rule(
    "include-ends-chain", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="INC-06"
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines that are passed by."""
    for first, check in bypassed(service, across=True):
        yield RULE.finding(
            check.span,
            f"`{check.module}` is never asked if `{first.module}` in an included file says yes",
            "include that file as a substack",
            related=((first.span, "its success ends the chain"),),
        )
