"""Passwords of users from directories are judged here.

What it finds

`local_users_only` stands nowhere. It may stand in `/etc/security/pwquality.conf`, in the files of
its `.d` directory, or behind pam_pwquality wherever passwords are changed. This rule is a policy:
it runs only if it is asked for.

Why it matters

A directory has rules of its own; two sets of rules contradict each other.

Avoid

    common-password:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok
    /etc/security/pwquality.conf:
    # nothing

Prefer

    common-password:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok
    /etc/security/pwquality.conf:
    local_users_only

Sources

- `pwquality.conf(5)`
- `accounts_password_pam_enforce_local` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.quality import quality_switch
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pwquality-local",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-14",
    policy=True,
    aliases=("accounts_password_pam_enforce_local",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return quality_switch(tree, RULE, "local_users_only")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
