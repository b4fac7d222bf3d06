"""The environment set twice.

What it finds

pam_env in `auth` and in `session` of one service, with the same options.

Why it matters

`auth` sets it in setcred, `session` sets it again: a change is made in one place and undone in the
other.

Avoid

    auth required pam_unix.so
    auth required pam_env.so
    session required pam_env.so

Prefer

    auth required pam_unix.so
    session required pam_env.so

Sources

- `pam_env(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("environment-twice", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="SES-24")


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines in `session`."""
    auth = {k.args: k for _, k in service.links(Facility.AUTH) if k.module == "pam_env"}
    if not auth:
        return
    for _, known in service.links(Facility.SESSION):
        if known.module == "pam_env" and known.args in auth:
            yield RULE.finding(
                known.span,
                "the same environment is set in `auth` already",
                "keep one of the lines",
                related=((auth[known.args].span, "set here already"),),
            )
