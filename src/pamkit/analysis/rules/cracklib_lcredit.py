"""pam_cracklib is not told `lcredit`, or told too little.

What it finds

No line `password requisite pam_cracklib.so` in `common-password`, or one with `lcredit` (small
letters) that is not what the value asks for, or without it. It is a check for SUSE 12; where
pam_pwquality is in use, it does not apply. This rule is a policy: it runs only if it is asked
for.

Why it matters

A positive credit makes the password that must be long enough shorter; a negative number asks for
so many characters of the kind.

Avoid

    /etc/os-release:
    ID=sles
    VERSION_ID=15
    common-password:
    password requisite pam_cracklib.so lcredit=1
    password required pam_unix.so use_authtok

Prefer

    /etc/os-release:
    ID=sles
    VERSION_ID=15
    common-password:
    password requisite pam_pwquality.so lcredit=-1
    password required pam_unix.so use_authtok

Sources

- `pam_cracklib(8)`
- `cracklib_accounts_password_pam_lcredit` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, at_most
from pamkit.analysis.benchmark.judgement import NOT_APPLICABLE
from pamkit.analysis.benchmark.module_lines import Wanted, has_number
from pamkit.analysis.benchmark.places import Family, family, unplaced, uses
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "cracklib-lcredit",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-14",
    policy=True,
    aliases=("cracklib_accounts_password_pam_lcredit",),
    values=(Value("lcredit", "-1", ("var_password_pam_lcredit",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is not Family.SUSE:
        return unplaced(tree)
    if uses(tree, "pam_pwquality", "common-password"):
        return NOT_APPLICABLE
    wanted = Wanted("common-password", Facility.PASSWORD, "pam_cracklib", ("requisite",))
    return has_number(tree, RULE, wanted, "lcredit", at_most(asked(RULE, "lcredit", tree)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
