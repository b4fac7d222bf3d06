"""Everybody may have core files.

What it finds

No line `* hard core 0` in the files of `/etc/security/limits.d` or in
`/etc/security/limits.conf`. Files of the directory win. This rule is a policy: it runs only if it
is asked for.

Why it matters

A core file holds what the program held: passwords and keys.

Avoid

    /etc/security/limits.conf:
    * soft core 0

Prefer

    /etc/security/limits.conf:
    * hard core 0

Sources

- `limits.conf(5)`
- `disable_users_coredumps` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import exactly
from pamkit.analysis.benchmark.sessions import everybodys_limit
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "limits-core",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SES-11",
    policy=True,
    aliases=("disable_users_coredumps",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return everybodys_limit(tree, RULE, "core", exactly(0))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
