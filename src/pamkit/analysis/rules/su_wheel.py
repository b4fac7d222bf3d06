"""Everybody may use su.

What it finds

`su` has no line `auth required pam_wheel.so use_uid`. Without `use_uid` it is the login name that
counts, which another su does not change. This rule is a policy: it runs only if it is asked for.

Why it matters

Whoever knows root's password, or guesses it, needs nothing else.

Avoid

    su:
    auth sufficient pam_rootok.so
    auth required pam_unix.so

Prefer

    su:
    auth sufficient pam_rootok.so
    auth required pam_wheel.so use_uid
    auth required pam_unix.so

Sources

- `pam_wheel(8)`, `su(1)`
- RHEL-09-432035; `use_pam_wheel_for_su` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.module_lines import Wanted, has_option
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "su-wheel",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    policy=True,
    aliases=("use_pam_wheel_for_su",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    wanted = Wanted("su", Facility.AUTH, "pam_wheel", ("required",))
    return has_option(tree, RULE, wanted, "use_uid")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
