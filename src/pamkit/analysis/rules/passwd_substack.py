"""passwd does not change passwords as other services do.

What it finds

`passwd` has no line `password substack system-auth`. This rule is a policy: it runs only if it is
asked for.

Why it matters

Rules for new passwords in the shared file do not count for passwd then.

Avoid

    passwd:
    password required pam_unix.so
    system-auth:
    password required pam_unix.so
    password-auth:
    password required pam_unix.so

Prefer

    passwd:
    password substack system-auth
    system-auth:
    password required pam_unix.so
    password-auth:
    password required pam_unix.so

Sources

- `pam.conf(5)`
- OL07-00-010118; `passwd_system-auth_substack` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.places import Family, family, unplaced
from pamkit.analysis.benchmark.shared_files import has_substack
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "passwd-substack",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-15",
    policy=True,
    aliases=("passwd_system-auth_substack",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is not Family.RED_HAT:
        return unplaced(tree)
    return has_substack(tree, RULE, "passwd", Facility.PASSWORD, "system-auth")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
