"""Root is never locked.

What it finds

`even_deny_root` is not set. The setting may stand on the lines of every such file, or in
`/etc/security/faillock.conf`; where it stands in both, the lines win, and the file misleads.
Where pam_faillock does not count failures in the files that services share (`preauth`, then
pam_unix, then `authfail`, and a line in `account`), nothing it is told counts, and that is found.
This rule is a policy: it runs only if it is asked for.

Why it matters

The account that opens most may be guessed at without end. Somebody who fails on purpose locks
root out: keep another way in.

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
    even_deny_root

Sources

- `faillock.conf(5)`, `pam_faillock(8)`
- CIS RHEL9 2.0.0 5.3.3.1.3; RHEL-09-411080
- `accounts_passwords_pam_faillock_deny_root` of ComplianceAsCode
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
    "faillock-root",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="LOCK-11",
    policy=True,
    aliases=("accounts_passwords_pam_faillock_deny_root",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return lock_switch(tree, RULE, "even_deny_root")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
