"""A new password may be tried too often, or it is not said how often.

What it finds

`retry` is greater than the value, 0, or not set. It may stand behind pam_pwquality, then in every
file in which the services of a distribution change passwords, or in
`/etc/security/pwquality.conf`. This rule is a policy: it runs only if it is asked for.

Why it matters

Whoever may try often finds the shortest password that passes. libpwquality reads `retry` from its
file since 1.4.3 only.

Avoid

    common-password:
    password requisite pam_pwquality.so retry=9
    password required pam_unix.so use_authtok

Prefer

    common-password:
    password requisite pam_pwquality.so retry=3
    password required pam_unix.so use_authtok

Sources

- `pam_pwquality(8)`, `pwquality.conf(5)`
- RHEL-09-611010; `accounts_password_pam_retry` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, up_to
from pamkit.analysis.benchmark.quality import quality_tries
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pwquality-retry",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-14",
    policy=True,
    aliases=("accounts_password_pam_retry",),
    values=(Value("retry", "3", ("var_password_pam_retry",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return quality_tries(tree, RULE, up_to(asked(RULE, "retry", tree)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
