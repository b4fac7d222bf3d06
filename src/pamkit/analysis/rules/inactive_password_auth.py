"""Accounts that nobody uses stay open in `password-auth`.

What it finds

In `password-auth` no line `auth required pam_lastlog.so inactive=` stands before pam_unix, or its
days are more than the value, or 0. This rule is a policy: it runs only if it is asked for.

Why it matters

Nobody misses an account that is used by somebody else.

Avoid

    system-auth:
    auth required pam_lastlog.so inactive=0
    auth sufficient pam_unix.so
    auth required pam_deny.so
    password-auth:
    auth required pam_lastlog.so inactive=0
    auth sufficient pam_unix.so
    auth required pam_deny.so

Prefer

    system-auth:
    auth required pam_lastlog.so inactive=35
    auth sufficient pam_unix.so
    auth required pam_deny.so
    password-auth:
    auth required pam_lastlog.so inactive=35
    auth sufficient pam_unix.so
    auth required pam_deny.so

Sources

- `pam_lastlog(8)`
- `account_disable_inactivity_password_auth` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, up_to
from pamkit.analysis.benchmark.last_login import inactive_are_locked
from pamkit.analysis.benchmark.places import Family, family, unplaced
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "inactive-password-auth",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="ACCT-10",
    policy=True,
    aliases=("account_disable_inactivity_password_auth",),
    values=(Value("inactive", "35", ("var_account_disable_inactivity",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is not Family.RED_HAT:
        return unplaced(tree)
    return inactive_are_locked(tree, RULE, "password-auth", up_to(asked(RULE, "inactive", tree)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
