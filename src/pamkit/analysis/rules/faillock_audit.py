"""Names of users that do not exist are not logged.

What it finds

`audit` is not set. On Red Hat it is looked for on lines with `preauth`, or in the file. The
setting may stand on the lines of every such file, or in `/etc/security/faillock.conf`; where it
stands in both, the lines win, and the file misleads. This rule is a policy: it runs only if it is
asked for.

Why it matters

The log does not say which names were tried. Take care: people type passwords where a name is
asked for, and then those are in the log.

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
    deny = 3
    audit

Sources

- `faillock.conf(5)`, `pam_faillock(8)`
- RHEL-09-412045
- `accounts_passwords_pam_faillock_audit` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.lockout import lock_switch
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "faillock-audit",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="LOCK-11",
    policy=True,
    aliases=(
        "accounts_passwords_pam_faillock_audit",
        "account_passwords_pam_faillock_audit",
    ),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return lock_switch(tree, RULE, "audit", wired=False, on_preauth=True)


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
