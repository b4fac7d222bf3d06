"""Old passwords of root are not remembered, by its line.

What it finds

A line of pam_pwhistory without `enforce_for_root`, or no such line, in the file in which the
services of a distribution change passwords. This rule is a policy: it runs only if it is asked
for.

Why it matters

Root may take an old password again.

Avoid

    common-password:
    password requisite pam_pwquality.so
    password required pam_pwhistory.so use_authtok remember=5
    password required pam_unix.so use_authtok

Prefer

    common-password:
    password requisite pam_pwquality.so
    password required pam_pwhistory.so use_authtok remember=5 enforce_for_root
    password required pam_unix.so use_authtok

Sources

- `pam_pwhistory(8)`
- `accounts_password_pam_pwhistory_enforce_root` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.history import first_password_file, history_spares_root
from pamkit.analysis.benchmark.places import unplaced
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pwhistory-root",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-13",
    policy=True,
    aliases=("accounts_password_pam_pwhistory_enforce_root",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if not (name := first_password_file(tree)):
        return unplaced(tree)
    return history_spares_root(tree, RULE, name)


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
