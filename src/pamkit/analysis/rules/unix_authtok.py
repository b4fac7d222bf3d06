"""pam_unix stores a password that nobody has judged.

What it finds

A line of pam_unix without `use_authtok` that is not the first in `password`, or no line of
pam_unix, in a file in which the services of a distribution change passwords. This rule is a
policy: it runs only if it is asked for.

Why it matters

It asks for a new password a second time and stores that one, which was not judged.

Avoid

    common-password:
    password requisite pam_pwquality.so
    password required pam_unix.so

Prefer

    common-password:
    password requisite pam_pwquality.so
    password required pam_pwhistory.so use_authtok remember=5
    password required pam_unix.so use_authtok

Sources

- `pam_unix(8)`
- CIS RHEL9 2.0.0 5.3.3.4.4; `accounts_password_pam_unix_authtok` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.history import takes_the_token
from pamkit.analysis.benchmark.places import password_files, unplaced
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "unix-authtok",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-02",
    policy=True,
    aliases=("accounts_password_pam_unix_authtok",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if not (names := password_files(tree)):
        return unplaced(tree)
    return takes_the_token(tree, RULE, names, "pam_unix")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
