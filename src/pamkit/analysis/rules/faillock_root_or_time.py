"""Root is never locked, and has no time of its own.

What it finds

Neither `even_deny_root` is set, nor a `root_unlock_time` that is at least the value; both lock
root. The setting may stand on the lines of every such file, or in `/etc/security/faillock.conf`;
where it stands in both, the lines win, and the file misleads. Where pam_faillock does not count
failures in the files that services share (`preauth`, then pam_unix, then `authfail`, and a line
in `account`), nothing it is told counts, and that is found. This rule is a policy: it runs only
if it is asked for.

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
    root_unlock_time = 60

Sources

- `faillock.conf(5)`
- CIS RHEL9 2.0.0 5.3.3.1.3
- `accounts_passwords_pam_faillock_even_deny_root_or_root_unlock_time` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, at_least
from pamkit.analysis.benchmark.lockout import root_is_locked
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "faillock-root-or-time",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="LOCK-11",
    policy=True,
    aliases=("accounts_passwords_pam_faillock_even_deny_root_or_root_unlock_time",),
    values=(
        Value("root-unlock-time", "60", ("var_accounts_passwords_pam_faillock_root_unlock_time",)),
    ),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return root_is_locked(tree, RULE, at_least(asked(RULE, "root-unlock-time", tree), also=0))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
