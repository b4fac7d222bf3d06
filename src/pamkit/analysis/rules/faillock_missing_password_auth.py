"""Failures are not counted in `password-auth`.

What it finds

In `password-auth` pam_faillock does not stand as `preauth` before pam_unix, as `authfail` behind
it, and in `account` before pam_unix; or pam_unix stands there twice in `auth`; or its success
does not pass over `authfail`. This rule is a policy: it runs only if it is asked for.

Why it matters

Passwords may be guessed without end, or right ones are counted as failures.

Avoid

    password-auth:
    auth required pam_faillock.so preauth silent
    auth required pam_unix.so
    auth required pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so
    system-auth:
    auth required pam_faillock.so preauth silent
    auth required pam_unix.so
    auth required pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so

Prefer

    password-auth:
    auth required pam_faillock.so preauth silent
    auth sufficient pam_unix.so
    auth required pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so
    system-auth:
    auth required pam_faillock.so preauth silent
    auth sufficient pam_unix.so
    auth required pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so

Sources

- `pam_faillock(8)`
- RHEL-09-611035; `account_password_pam_faillock_password_auth` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.lockout import locks
from pamkit.analysis.benchmark.places import Family, family, unplaced
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "faillock-missing-password-auth",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="LOCK-11",
    policy=True,
    aliases=("account_password_pam_faillock_password_auth",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is not Family.RED_HAT:
        return unplaced(tree)
    return locks(tree, RULE, ("password-auth", "password-auth"))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
