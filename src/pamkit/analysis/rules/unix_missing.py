"""pam_unix is not asked in each facility.

What it finds

pam_unix does not stand in `auth`, `account`, `password` and `session` of the files that services
share, under `required` or `sufficient` (Red Hat), `required` or a bracket form (Debian), or
anything but `optional` (SUSE). This rule is a policy: it runs only if it is asked for.

Why it matters

What is not asked is not checked: an expired account, a password to be changed.

Avoid

    common-auth:
    auth required pam_unix.so
    common-account:
    account required pam_unix.so
    common-password:
    password required pam_unix.so

Prefer

    common-auth:
    auth required pam_unix.so
    common-account:
    account required pam_unix.so
    common-password:
    password required pam_unix.so
    common-session:
    session required pam_unix.so

Sources

- `pam_unix(8)`
- CIS Debian 12 1.1.0 5.3.2.1; `accounts_password_pam_unix_enabled` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.shared_files import asks_every_facility
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "unix-missing",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-03",
    policy=True,
    aliases=("accounts_password_pam_unix_enabled",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return asks_every_facility(tree, RULE, "pam_unix")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
