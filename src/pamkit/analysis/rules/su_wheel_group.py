"""Use of su is not kept to one group.

What it finds

`su` has no line `auth required pam_wheel.so use_uid group=` with the group of the value. This
rule is a policy: it runs only if it is asked for.

Why it matters

An empty group of its own lets nobody but root use su, and leaves sudo, which keeps a record.

Avoid

    su:
    auth sufficient pam_rootok.so
    auth required pam_wheel.so use_uid
    auth required pam_unix.so

Prefer

    su:
    auth sufficient pam_rootok.so
    auth required pam_wheel.so use_uid group=sugroup
    auth required pam_unix.so

Sources

- `pam_wheel(8)`
- CIS RHEL9 2.0.0 5.2.7; `use_pam_wheel_group_for_su` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.module_lines import Wanted, has_options
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "su-wheel-group",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    policy=True,
    aliases=("use_pam_wheel_group_for_su",),
    values=(Value("su-group", "sugroup", ("var_pam_wheel_group_for_su",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    wanted = Wanted("su", Facility.AUTH, "pam_wheel", ("required",))
    group = RULE.value("su-group", tree)
    return has_options(tree, RULE, wanted, ("use_uid",), group=group)


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
