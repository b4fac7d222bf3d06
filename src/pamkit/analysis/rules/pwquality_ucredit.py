"""`ucredit` of libpwquality is not set, or is not what the value asks for.

What it finds

`ucredit` is greater than the value. A negative number asks for so many capital letters; a
positive one is a credit: it makes the password that must be long enough shorter. It is looked for
in `/etc/security/pwquality.conf`, in the files of its `.d` directory and behind pam_pwquality in
the file in which the services of a distribution change passwords. Every place that says something
must say enough. Where pam_pwquality does not stand under `required` or `requisite` in that file,
nothing it is told counts, and that is found. A setting that is left at a default that would do is
found as well: benchmarks want it written. This rule is a policy: it runs only if it is asked for.

Why it matters

A positive credit lets passwords shorter than `minlen` pass, which few expect.

Avoid

    common-password:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok
    /etc/security/pwquality.conf:
    ucredit = 1

Prefer

    common-password:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok
    /etc/security/pwquality.conf:
    ucredit = -1

Sources

- `pwquality.conf(5)`, `pam_pwquality(8)`
- CIS and STIG of most distributions; `accounts_password_pam_ucredit` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, at_most
from pamkit.analysis.benchmark.quality import quality_number
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pwquality-ucredit",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-14",
    policy=True,
    aliases=("accounts_password_pam_ucredit",),
    values=(Value("ucredit", "-1", ("var_password_pam_ucredit",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return quality_number(tree, RULE, "ucredit", at_most(asked(RULE, "ucredit", tree)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
