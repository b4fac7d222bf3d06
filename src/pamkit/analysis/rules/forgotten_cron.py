"""An access table that keeps root's own jobs out.

What it finds

A service of jobs, such as `cron`, that asks pam_access, while the rules of
`/etc/security/access.conf` refuse root from there: the last word is `-:ALL:ALL` and no rule names
cron, root from everywhere, or LOCAL.

Why it matters

Jobs come from `cron`, `crond` or `atd`, not from a terminal. Where no rule names that, logrotate
and backups stop on the day the table is tightened, and say so in a log that nobody reads.

Avoid

    /etc/security/access.conf:
    +:root:tty1
    -:ALL:ALL
    crond:
    account required pam_access.so

Prefer

    /etc/security/access.conf:
    +:root:tty1
    +:root:cron crond atd
    -:ALL:ALL
    crond:
    account required pam_access.so

Sources

- `access.conf(5)`: `cron` and `LOCAL`
"""

from __future__ import annotations

from pamkit.analysis.roles import JOB
from pamkit.analysis.rule import Rule, Scope
from pamkit.formats.access_conf import Rule as AccessRule
from pamkit.formats.access_conf import parse
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "forgotten-cron",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SVC-05",
)

_FILE = "/etc/security/access.conf"
_JOBS = frozenset({"cron", "crond", "atd", ":0", "ALL", "LOCAL"})
_EVERYBODY = frozenset({"ALL", "root", "(root)", "@root"})


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the lines of pam_access that refuse root's jobs."""
    text = tree.around.text(_FILE)
    if not text or not _refuses(text):
        return
    for service in tree.services:
        if service.role is not JOB:
            continue
        for link, known in service.links(Facility.ACCOUNT):
            refuses = link.actions[ReturnCode.PERM_DENIED] in (Action.BAD, Action.DIE)
            if known.module == "pam_access" and refuses and not known.args:
                yield RULE.finding(
                    known.span,
                    f"`{shown(service.name)}` refuses the jobs of root: no rule of `{_FILE}`"
                    " names them",
                    "put `+:root:cron crond atd` above the rule that refuses everybody",
                )


def _refuses(text: str) -> bool:
    """Whether the first rule that can mean root's jobs is one that refuses all."""
    for rule in parse(text):
        if not isinstance(rule, AccessRule):
            continue
        users, origins = set(rule.users.split()), set(rule.origins.split())
        if "EXCEPT" in users | origins:
            return False  # whom it means depends on more than words
        if users & _EVERYBODY and origins & _JOBS:
            return not rule.grants and "ALL" in users and "ALL" in origins
    return False
