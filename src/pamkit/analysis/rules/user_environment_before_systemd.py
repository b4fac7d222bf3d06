"""An environment of the user's own that pam_systemd believes.

What it finds

`pam_env.so user_readenv=1` in `auth`, or in `session` above pam_systemd or pam_elogind.

Why it matters

Users choose what pam_systemd reads, `XDG_SEAT` and `XDG_VTNR` among it: a login over the network
becomes one at the machine, with the rights of one.

Avoid

    auth required pam_unix.so
    auth required pam_env.so user_readenv=1
    session optional pam_systemd.so

Prefer

    auth required pam_unix.so
    session optional pam_systemd.so
    session required pam_env.so

Sources

- `pam_env(8)`
- CVE-2025-6018
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    READS_HOME,
)
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "user-environment-before-systemd",
    level=Severity.WARNING,
    scope=Scope.SERVICE,
    since="0.1",
    id="SES-14",
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the option, with the line that believes what it reads."""
    session = service.links(Facility.SESSION)
    at = next((n for n, (_, k) in enumerate(session) if k.module in _READING), None)
    if at is None:
        return
    for _, known in (*service.links(Facility.AUTH), *session[:at]):
        if known.module == "pam_env" and known.states(READS_HOME):
            yield RULE.finding(
                known.argument("user_readenv") or known.span,
                f"users choose the environment that `{session[at][1].module}` reads",
                "drop `user_readenv=1`",
                related=((session[at][1].span, "it is read here"),),
            )
            return


_READING = ("pam_systemd", "pam_elogind")
