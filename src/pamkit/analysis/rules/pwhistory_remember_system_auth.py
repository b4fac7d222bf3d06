"""Too few old passwords are remembered in `system-auth`.

What it finds

`system-auth` has no line of pam_pwhistory under one of the controls of the value, or fewer
passwords are remembered than the value asks for. The number may stand on the line or in
`/etc/security/pwhistory.conf`; in both is found as well. This rule is a policy: it runs only if
it is asked for.

Why it matters

A password that had to be changed is taken again soon. Where the number stands twice, the line
wins, and the file misleads.

Avoid

    system-auth:
    password requisite pam_pwquality.so
    password optional pam_pwhistory.so use_authtok remember=5
    password sufficient pam_unix.so use_authtok
    password required pam_deny.so
    password-auth:
    password requisite pam_pwquality.so
    password optional pam_pwhistory.so use_authtok remember=5
    password sufficient pam_unix.so use_authtok
    password required pam_deny.so

Prefer

    system-auth:
    password requisite pam_pwquality.so
    password requisite pam_pwhistory.so use_authtok remember=5
    password sufficient pam_unix.so use_authtok
    password required pam_deny.so
    password-auth:
    password requisite pam_pwquality.so
    password requisite pam_pwhistory.so use_authtok remember=5
    password sufficient pam_unix.so use_authtok
    password required pam_deny.so

Sources

- `pam_pwhistory(8)`, `pwhistory.conf(5)`
- `accounts_password_pam_pwhistory_remember_system_auth` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, at_least
from pamkit.analysis.benchmark.history import remembers
from pamkit.analysis.benchmark.places import Family, family, unplaced
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pwhistory-remember-system-auth",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-04",
    policy=True,
    aliases=("accounts_password_pam_pwhistory_remember_system_auth",),
    values=(
        Value("remember", "5", ("var_password_pam_remember",)),
        Value(
            "remember-control", "requisite,required", ("var_password_pam_remember_control_flag",)
        ),
    ),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is not Family.RED_HAT:
        return unplaced(tree)
    controls = tuple(RULE.value("remember-control", tree).split(","))
    return remembers(tree, RULE, "system-auth", at_least(asked(RULE, "remember", tree)), controls)


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
