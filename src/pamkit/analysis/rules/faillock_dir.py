"""Locks are gone with a restart.

What it finds

`dir` is not set, or is a directory below `/run`. It may stand in `/etc/security/faillock.conf`,
or on the `preauth` and `authfail` lines of every file that services share. This rule is a policy:
it runs only if it is asked for.

Why it matters

Whoever can restart the machine, or waits until it restarts, may go on guessing.

Avoid

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
    dir = /var/log/faillock

Sources

- `faillock.conf(5)`
- RHEL-09-411105; `accounts_passwords_pam_faillock_dir` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.lockout import lock_directory
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "faillock-dir",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="LOCK-11",
    policy=True,
    aliases=(
        "accounts_passwords_pam_faillock_dir",
        "account_passwords_pam_faillock_dir",
    ),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return lock_directory(tree, RULE)


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
