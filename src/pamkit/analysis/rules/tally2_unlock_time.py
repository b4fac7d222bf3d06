"""Locks of pam_tally2 end too soon, or it is not said when.

What it finds

`login` has no line `auth required pam_tally2.so` with an `unlock_time` of at least the value, or
`common-account` no line `account required pam_tally2.so`. It is a check for SUSE 12 and 15; where
pam_faillock is in use, it does not apply. This rule is a policy: it runs only if it is asked for.

Why it matters

Guessing goes on after a short break. Without the option a lock stays until somebody takes it
away.

Avoid

    /etc/os-release:
    ID=sles
    VERSION_ID=15
    login:
    auth required pam_tally2.so onerr=fail deny=3
    auth include common-auth
    common-auth:
    auth required pam_unix.so
    common-account:
    account required pam_tally2.so
    account required pam_unix.so

Prefer

    /etc/os-release:
    ID=sles
    VERSION_ID=15
    common-auth:
    auth required pam_faillock.so preauth
    auth [success=1 default=ignore] pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_permit.so
    common-account:
    account required pam_faillock.so
    account required pam_unix.so

Sources

- `pam_tally2(8)`
- `accounts_passwords_pam_tally2_unlock_time` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, at_least
from pamkit.analysis.benchmark.judgement import NOT_APPLICABLE, all_of
from pamkit.analysis.benchmark.module_lines import Wanted, has_line, has_number
from pamkit.analysis.benchmark.places import Family, family, unplaced, uses
from pamkit.analysis.benchmark.shared_files import ACCOUNT_TALLY
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "tally2-unlock-time",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="LOCK-11",
    policy=True,
    aliases=("accounts_passwords_pam_tally2_unlock_time",),
    values=(Value("tally2-unlock-time", "0", ("var_accounts_passwords_pam_tally2_unlock_time",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is not Family.SUSE:
        return unplaced(tree)
    if uses(tree, "pam_faillock", "login", "common-auth", "common-account"):
        return NOT_APPLICABLE
    wanted = Wanted("login", Facility.AUTH, "pam_tally2", ("required",))
    bound = at_least(asked(RULE, "tally2-unlock-time", tree))
    return all_of(
        has_number(tree, RULE, wanted, "unlock_time", bound), has_line(tree, RULE, ACCOUNT_TALLY)
    )


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
