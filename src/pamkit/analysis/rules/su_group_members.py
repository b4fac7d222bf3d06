"""The group that may use su has members, or does not exist.

What it finds

The group of the value is not in `/etc/group`, or has members. This rule is a policy: it runs only
if it is asked for.

Why it matters

A group that is there to be empty keeps su for root alone.

Avoid

    /etc/group:
    sugroup:x:990:somebody

Prefer

    /etc/group:
    sugroup:x:990:

Sources

- `group(5)`
- CIS RHEL9 2.0.0 5.2.7; `ensure_pam_wheel_group_empty` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.root_access import no_members
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "su-group-members",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    policy=True,
    aliases=("ensure_pam_wheel_group_empty",),
    values=(Value("su-group", "sugroup", ("var_pam_wheel_group_for_su",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return no_members(tree, RULE, RULE.value("su-group", tree))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
