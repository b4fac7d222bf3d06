"""Nobody is told of failed logins to the own account.

What it finds

In `login` (Debian, SUSE) or `postlogin` (Red Hat) no line of pam_lastlog in `session` has
`showfailed` without `silent`. This rule is a policy: it runs only if it is asked for.

Why it matters

Who sees failures that are not their own learns of an attack.

Avoid

    login:
    session required pam_lastlog.so silent
    common-session:
    session required pam_unix.so

Prefer

    login:
    session required pam_lastlog.so showfailed
    common-session:
    session required pam_unix.so

Sources

- `pam_lastlog(8)`
- RHEL-08-020340; `display_login_attempts` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.last_login import shows_last_login
from pamkit.analysis.benchmark.places import Family, family, product
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "lastlog-showfailed",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SES-20",
    policy=True,
    aliases=("display_login_attempts",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    name, module = "postlogin", "pam_lastlog"
    if product(tree).startswith(("sle16", "slmicro6")):
        name, module = "postlogin-session", "pam_lastlog2"
    elif family(tree) in (Family.DEBIAN, Family.SUSE):
        name = "login"
    return shows_last_login(tree, RULE, name, module)


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
