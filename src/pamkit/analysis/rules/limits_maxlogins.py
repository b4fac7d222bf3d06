"""Everybody may be logged in as often as they like.

What it finds

No line `* hard maxlogins` in the files of `/etc/security/limits.d` or in
`/etc/security/limits.conf`, or one that allows more than the value. Files of the directory win.
This rule is a policy: it runs only if it is asked for.

Why it matters

A stolen password is used beside its owner, and nobody notices.

Avoid

    /etc/security/limits.conf:
    * hard maxlogins 99

Prefer

    /etc/security/limits.conf:
    * hard maxlogins 1

Sources

- `limits.conf(5)`
- RHEL-09-412040; `accounts_max_concurrent_login_sessions` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, up_to
from pamkit.analysis.benchmark.sessions import everybodys_limit
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "limits-maxlogins",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SES-11",
    policy=True,
    aliases=("accounts_max_concurrent_login_sessions",),
    values=(Value("maxlogins", "1", ("var_accounts_max_concurrent_login_sessions",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return everybodys_limit(tree, RULE, "maxlogins", up_to(asked(RULE, "maxlogins", tree)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
