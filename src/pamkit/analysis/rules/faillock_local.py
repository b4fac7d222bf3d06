"""Users from directories are locked here as well.

What it finds

`local_users_only` is not in `/etc/security/faillock.conf`. Where pam_faillock does not count
failures in the files that services share (`preauth`, then pam_unix, then `authfail`, and a line
in `account`), nothing it is told counts, and that is found. This rule is a policy: it runs only
if it is asked for.

Why it matters

A directory counts failures itself; counted twice, accounts are locked sooner than anybody
expects.

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
    local_users_only

Sources

- `faillock.conf(5)`, `pam_faillock(8)`
- `accounts_passwords_pam_faillock_enforce_local` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.lockout import lock_in_file
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "faillock-local",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="LOCK-11",
    policy=True,
    aliases=("accounts_passwords_pam_faillock_enforce_local",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return lock_in_file(tree, RULE, "local_users_only")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
