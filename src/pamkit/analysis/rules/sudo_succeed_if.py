"""`sudo` asks pam_succeed_if.

What it finds

A line of pam_succeed_if in `sudo`. This rule is a policy: it runs only if it is asked for.

Why it matters

It is used to let some users by without a password. Who may do what is for sudoers(5) to say.

Avoid

    sudo:
    auth sufficient pam_succeed_if.so user = backup
    auth required pam_unix.so

Prefer

    sudo:
    auth required pam_unix.so

Sources

- `pam_succeed_if(8)`
- `disallow_bypass_password_sudo` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.shared_files import no_lines_of
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "sudo-succeed-if",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    policy=True,
    aliases=("disallow_bypass_password_sudo",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return no_lines_of(tree, RULE, "sudo", "pam_succeed_if")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
