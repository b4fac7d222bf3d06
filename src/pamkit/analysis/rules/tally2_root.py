"""pam_tally2 never locks root.

What it finds

`login` has no line `auth required pam_tally2.so` with `even_deny_root` and `deny`, or
`common-account` no line `account required pam_tally2.so`. It is a check for SUSE 12 and 15; where
pam_faillock is in use, it does not apply. This rule is a policy: it runs only if it is asked for.

Why it matters

The account that opens most may be guessed at without end.

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
- `accounts_passwords_pam_tally2_deny_root` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.judgement import NOT_APPLICABLE, all_of
from pamkit.analysis.benchmark.module_lines import Wanted, has_line, has_options
from pamkit.analysis.benchmark.places import Family, family, unplaced, uses
from pamkit.analysis.benchmark.shared_files import ACCOUNT_TALLY
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "tally2-root",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="LOCK-11",
    policy=True,
    aliases=("accounts_passwords_pam_tally2_deny_root",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is not Family.SUSE:
        return unplaced(tree)
    if uses(tree, "pam_faillock", "login", "common-auth", "common-account"):
        return NOT_APPLICABLE
    wanted = Wanted("login", Facility.AUTH, "pam_tally2", ("required",))
    return all_of(
        has_options(tree, RULE, wanted, ("even_deny_root", "deny")),
        has_line(tree, RULE, ACCOUNT_TALLY),
    )


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
