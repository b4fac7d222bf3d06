"""Locks end too soon.

What it finds

`unlock_time` is less than the value, or not set. 0 means never: it is as good as any number, and
the only right one if the value is 0. The setting may stand on the lines of every such file, or in
`/etc/security/faillock.conf`; where it stands in both, the lines win, and the file misleads.
Where pam_faillock does not count failures in the files that services share (`preauth`, then
pam_unix, then `authfail`, and a line in `account`), nothing it is told counts, and that is found.
This rule is a policy: it runs only if it is asked for.

Why it matters

Guessing goes on after a short break.

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
    unlock_time = 60

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
    unlock_time = 900

Sources

- `faillock.conf(5)`, `pam_faillock(8)`
- CIS RHEL9 2.0.0 5.3.3.1.2; RHEL-09-411090
- `accounts_passwords_pam_faillock_unlock_time` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, at_least, exactly
from pamkit.analysis.benchmark.lockout import lock_number
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "faillock-unlock-time",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="LOCK-11",
    policy=True,
    aliases=(
        "accounts_passwords_pam_faillock_unlock_time",
        "accounts_passwords_pam_faillock_unlock_time_with_zero",
    ),
    values=(Value("unlock-time", "900", ("var_accounts_passwords_pam_faillock_unlock_time",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    wanted = asked(RULE, "unlock-time", tree)
    return lock_number(
        tree, RULE, "unlock_time", at_least(wanted, also=0) if wanted else exactly(0)
    )


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
