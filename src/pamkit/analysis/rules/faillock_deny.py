"""Accounts are locked after too many failures, or never.

What it finds

`deny` is greater than the value, or 0, or not set. The setting may stand on the lines of every
such file, or in `/etc/security/faillock.conf`; where it stands in both, the lines win, and the
file misleads. Where pam_faillock does not count failures in the files that services share
(`preauth`, then pam_unix, then `authfail`, and a line in `account`), nothing it is told counts,
and that is found. This rule is a policy: it runs only if it is asked for.

Why it matters

A password may be guessed for so long.

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
    deny = 0

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

- `faillock.conf(5)`, `pam_faillock(8)`
- CIS RHEL9 2.0.0 5.3.3.1.1; RHEL-09-411075
- `accounts_passwords_pam_faillock_deny` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, up_to
from pamkit.analysis.benchmark.lockout import lock_number
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "faillock-deny",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="LOCK-11",
    policy=True,
    aliases=("accounts_passwords_pam_faillock_deny",),
    values=(Value("deny", "3", ("var_accounts_passwords_pam_faillock_deny",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return lock_number(tree, RULE, "deny", up_to(asked(RULE, "deny", tree)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
