"""`retry` of libpwquality is not set, or is not what the value asks for.

What it finds

`retry` in the files is greater than the value, or 0. It is looked for in
`/etc/security/pwquality.conf`, in the files of its `.d` directory and behind pam_pwquality in the
file in which the services of a distribution change passwords. Every place that says something
must say enough. Where pam_pwquality does not stand under `required` or `requisite` in that file,
nothing it is told counts, and that is found. A setting that is left at a default that would do is
found as well: benchmarks want it written. This rule is a policy: it runs only if it is asked for.

Why it matters

Whoever may try often finds the shortest password that passes.

Avoid

    common-password:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok
    /etc/security/pwquality.conf:
    retry = 9

Prefer

    common-password:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok
    /etc/security/pwquality.conf:
    retry = 3

Sources

- `pwquality.conf(5)`, `pam_pwquality(8)`
- CIS and STIG of most distributions; `accounts_password_pam_pwquality_retry` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, up_to
from pamkit.analysis.benchmark.quality import quality_number
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pwquality-retry-in-file",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-14",
    policy=True,
    aliases=("accounts_password_pam_pwquality_retry",),
    values=(Value("retry", "3", ("var_password_pam_retry",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return quality_number(tree, RULE, "retry", up_to(asked(RULE, "retry", tree)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
