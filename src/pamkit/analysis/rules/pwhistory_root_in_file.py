"""Old passwords of root are not remembered, by pwhistory.conf.

What it finds

`enforce_for_root` is not in `/etc/security/pwhistory.conf`. This rule is a policy: it runs only
if it is asked for.

Why it matters

Root may take an old password again.

Avoid

    /etc/security/pwhistory.conf:
    remember = 5

Prefer

    /etc/security/pwhistory.conf:
    remember = 5
    enforce_for_root

Sources

- `pwhistory.conf(5)`
- `accounts_password_pam_pwhistory_enforce_for_root` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.history import history_file_says
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pwhistory-root-in-file",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-13",
    policy=True,
    aliases=("accounts_password_pam_pwhistory_enforce_for_root",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return history_file_says(tree, RULE, "enforce_for_root")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
