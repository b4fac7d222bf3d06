"""pam_tally2 keeps its counts in another file.

What it finds

`file=` behind pam_tally2 in `auth` of `login`. This rule is a policy: it runs only if it is asked
for.

Why it matters

Tools and the rules of SELinux look for `/var/log/tallylog`.

Avoid

    /etc/os-release:
    ID=sles
    VERSION_ID=15
    login:
    auth required pam_tally2.so deny=3 file=/tmp/tally
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
- `accounts_passwords_pam_tally2_file` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.judgement import NOT_APPLICABLE
from pamkit.analysis.benchmark.places import Family, family, unplaced, uses
from pamkit.analysis.benchmark.shared_files import forgets_option
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "tally2-file",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="LOCK-11",
    policy=True,
    aliases=("accounts_passwords_pam_tally2_file",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is not Family.SUSE:
        return unplaced(tree)
    if uses(tree, "pam_faillock", "login", "common-auth", "common-account"):
        return NOT_APPLICABLE
    return forgets_option(tree, RULE, ("login",), "pam_tally2", "file", Facility.AUTH)


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
