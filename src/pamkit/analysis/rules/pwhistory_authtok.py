"""pam_pwhistory asks for a password that nobody has judged.

What it finds

A line of pam_pwhistory without `use_authtok` that is not the first in `password`, or no such
line, in the file in which the services of a distribution change passwords; on Red Hat 10 in both.
This rule is a policy: it runs only if it is asked for.

Why it matters

It asks for a new password a second time, and that one was not judged.

Avoid

    common-password:
    password requisite pam_pwquality.so
    password required pam_pwhistory.so remember=5
    password required pam_unix.so use_authtok

Prefer

    common-password:
    password requisite pam_pwquality.so
    password required pam_pwhistory.so use_authtok remember=5
    password required pam_unix.so use_authtok

Sources

- `pam_pwhistory(8)`
- CIS RHEL9 2.0.0 5.3.3.3.3; `accounts_password_pam_pwhistory_use_authtok` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.history import takes_the_token
from pamkit.analysis.benchmark.places import password_files, product, unplaced
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pwhistory-authtok",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-02",
    policy=True,
    aliases=("accounts_password_pam_pwhistory_use_authtok",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if not (names := password_files(tree)):
        return unplaced(tree)
    # Before Red Hat 10 one file is asked about.
    names = names if product(tree) == "rhel10" else names[:1]
    return takes_the_token(tree, RULE, names, "pam_pwhistory")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
