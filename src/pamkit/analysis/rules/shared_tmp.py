"""All users share `/tmp`.

What it finds

No line of `/etc/security/namespace.conf` gives users a `/tmp` of their own. This rule is a
policy: it runs only if it is asked for.

Why it matters

What lies there is open to tricks with names that another user chose.

Avoid

    /etc/security/namespace.conf:
    # nothing

Prefer

    /etc/security/namespace.conf:
    /tmp /tmp/tmp-inst/ level root,adm

Sources

- `namespace.conf(5)`
- `accounts_polyinstantiated_tmp` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.sessions import own_directory
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "shared-tmp",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    policy=True,
    aliases=("accounts_polyinstantiated_tmp",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return own_directory(tree, RULE, "/tmp")  # noqa: S108  # a word in a file


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
