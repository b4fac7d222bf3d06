"""Failures are not counted, or locks not heeded.

What it finds

In the files that services share, pam_faillock does not stand as `preauth` before pam_unix, as
`authfail` behind it, and in `account`. This rule is a policy: it runs only if it is asked for.

Why it matters

Passwords may be guessed without end, or accounts stay locked after they were proved.

Avoid

    common-auth:
    auth [success=1 default=ignore] pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_permit.so
    common-account:
    account required pam_faillock.so
    account required pam_unix.so
    /etc/security/faillock.conf:
    deny = 3

Prefer

    common-auth:
    auth required pam_faillock.so preauth
    auth [success=1 default=ignore] pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_permit.so
    common-account:
    account required pam_faillock.so
    account required pam_unix.so
    /etc/security/faillock.conf:
    deny = 3

Sources

- `pam_faillock(8)`
- CIS Debian 12 1.1.0 5.3.2.2; `accounts_passwords_pam_faillock_enabled` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.lockout import locks
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "faillock-missing",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="LOCK-11",
    policy=True,
    aliases=("accounts_passwords_pam_faillock_enabled",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return locks(tree, RULE)


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
