"""A session that ends its list early.

What it finds

A module in `session` that is no test, whose success ends the chain, above lines that set up the
session: limits, audit, systemd, SELinux, homes, environment. A substack ends only itself; tests
such as pam_succeed_if, which somebody has written for some, are left out.

Why it matters

Where the upper line succeeds the lower ones are not asked: no limits, no audit identity, no
session of systemd. Nothing shows it.

Avoid

    session sufficient pam_unix.so
    session required pam_limits.so

Prefer

    session required pam_limits.so
    session required pam_unix.so

Sources

- `pam_open_session(3)`
- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    CHECKS_CONDITION,
)
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "session-cut-short", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="SES-17"
)

_SETTING_UP = (
    *("pam_limits", "pam_loginuid", "pam_systemd", "pam_elogind", "pam_selinux", "pam_namespace"),
    *("pam_mkhomedir", "pam_oddjob_mkhomedir", "pam_keyinit", "pam_env", "pam_mount", "pam_umask"),
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the control, with the first line that is passed over."""
    chain = service.chains.get(Facility.SESSION)
    links = service.links(Facility.SESSION)
    if chain is None or not links or not service.whole:
        return
    own = {link.number for link in chain.links}
    for at, (link, known) in enumerate(links):
        ends = link.actions[ReturnCode.SUCCESS] == Action.DONE and link.number in own
        if not ends or link.refusal or known.states(CHECKS_CONDITION):
            continue
        below = [later for _, later in links[at + 1 :] if later.module in _SETTING_UP]
        if below:
            yield RULE.finding(
                known.control_span,
                f"success ends the chain here, and `{below[0].module}` below is not asked",
                "write `required` or `optional`",
                related=((below[0].span, "not asked"),),
            )
            return
