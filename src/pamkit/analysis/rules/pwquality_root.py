"""Root may choose a bad password.

What it finds

`enforce_for_root` stands nowhere: libpwquality tells root of a bad password, and takes it. It may
stand in `/etc/security/pwquality.conf`, in the files of its `.d` directory, or behind
pam_pwquality wherever passwords are changed. This rule is a policy: it runs only if it is asked
for.

Why it matters

The password that opens most is the one that is not judged.

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
    enforce_for_root

Sources

- `pwquality.conf(5)`
- `accounts_password_pam_enforce_root` of ComplianceAsCode
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
    "pwquality-root",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-13",
    policy=True,
    aliases=("accounts_password_pam_enforce_root",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return quality_switch(tree, RULE, "enforce_for_root")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
