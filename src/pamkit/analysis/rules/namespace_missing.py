"""Directories of its own are not set up at login.

What it finds

`login` has no line `session required pam_namespace.so`. This rule is a policy: it runs only if it
is asked for.

Why it matters

Users share `/tmp` then, whatever namespace.conf says.

Avoid

    login:
    session required pam_unix.so

Prefer

    login:
    session required pam_unix.so
    session required pam_namespace.so

Sources

- `pam_namespace(8)`
- `enable_pam_namespace` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.module_lines import Wanted, has_line
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "namespace-missing",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SES-14",
    policy=True,
    aliases=("enable_pam_namespace",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return has_line(tree, RULE, Wanted("login", Facility.SESSION, "pam_namespace", ("required",)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
