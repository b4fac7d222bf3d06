"""Nothing remembers old passwords.

What it finds

The file in which the services of a distribution change passwords has no line of pam_pwhistory
under `required`, `requisite` or a bracket form that passes over lines. This rule is a policy: it
runs only if it is asked for.

Why it matters

A password that had to be changed is taken again the next day.

Avoid

    common-password:
    password required pam_unix.so

Prefer

    common-password:
    password requisite pam_pwquality.so
    password required pam_pwhistory.so use_authtok remember=5
    password required pam_unix.so use_authtok

Sources

- `pam_pwhistory(8)`
- `accounts_password_pam_pwhistory_enabled` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.history import first_password_file, history_line
from pamkit.analysis.benchmark.module_lines import BRACKETS, MUST, has_line
from pamkit.analysis.benchmark.places import unplaced
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pwhistory-missing",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-04",
    policy=True,
    aliases=("accounts_password_pam_pwhistory_enabled",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if not (name := first_password_file(tree)):
        return unplaced(tree)
    return has_line(tree, RULE, history_line(name, (*MUST, BRACKETS)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
