"""A check that runs as the one who is checked.

What it finds

pam_exec without `seteuid` in `auth` or `account` of su, passwd, chsh and other programs that users
run with their own real user, where its answer counts.

Why it matters

pam_exec runs its program as the real user, and that is who runs su: he can stop it, trace it and
feed it what he likes. What needs root fails.

Avoid

    su:
    account required pam_exec.so /usr/local/sbin/allowed
    account required pam_unix.so

Prefer

    su:
    account required pam_exec.so seteuid /usr/local/sbin/allowed
    account required pam_unix.so

Sources

- `pam_exec(8)`
"""

from __future__ import annotations

from pamkit.analysis.landing import must_be_passed
from pamkit.analysis.roles import BECOME, OWN_ACCOUNT, PASSWORD
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("exec-as-caller", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="MOD-12")

_RUN_BY_USERS = (BECOME, OWN_ACCOUNT, PASSWORD)


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines."""
    if service.role not in _RUN_BY_USERS:
        return
    for facility in (Facility.AUTH, Facility.ACCOUNT):
        for link, known in service.links(facility):
            success = link.actions[ReturnCode.SUCCESS]
            counts = must_be_passed(link) or success == Action.DONE or success > 0
            if known.module == "pam_exec" and counts and not known.options.seteuid:
                yield RULE.finding(
                    known.span,
                    f"in `{service.name}` the program runs as the user who is checked",
                    "add `seteuid`",
                )
