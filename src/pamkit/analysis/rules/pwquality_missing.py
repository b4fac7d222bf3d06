"""No pam_pwquality judges new passwords in `common-password`.

What it finds

`common-password`, or what it includes, has no line of pam_pwquality in `password` under
`required` or `requisite`. It is a check for systems of the families of Debian and SUSE. This rule
is a policy: it runs only if it is asked for.

Why it matters

Nothing judges new passwords. Under `optional` or `sufficient` the judgement does not matter.

Avoid

    common-password:
    password required pam_unix.so

Prefer

    common-password:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok

Sources

- `pam_pwquality(8)`
- `accounts_password_pam_pwquality_enabled` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.module_lines import has_line
from pamkit.analysis.benchmark.places import Family, family, unplaced
from pamkit.analysis.benchmark.quality import quality_line
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pwquality-missing",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-03",
    policy=True,
    aliases=("accounts_password_pam_pwquality_enabled",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is Family.RED_HAT:
        return unplaced(tree)
    return has_line(tree, RULE, quality_line("common-password"))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
