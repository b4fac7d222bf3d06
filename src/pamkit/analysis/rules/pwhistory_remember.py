"""Too few old passwords are remembered.

What it finds

pam_pwhistory is not asked in the file in which the services of a distribution change passwords,
or is told to remember fewer passwords than the value, on its line or in
`/etc/security/pwhistory.conf`. On SUSE the line must be `requisite` and have `use_authtok`. This
rule is a policy: it runs only if it is asked for.

Why it matters

A password that had to be changed is taken again soon.

Avoid

    common-password:
    password requisite pam_pwquality.so
    password required pam_pwhistory.so use_authtok remember=2
    password required pam_unix.so use_authtok

Prefer

    common-password:
    password requisite pam_pwquality.so
    password required pam_pwhistory.so use_authtok remember=5
    password required pam_unix.so use_authtok

Sources

- `pam_pwhistory(8)`
- `accounts_password_pam_pwhistory_remember` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, at_least
from pamkit.analysis.benchmark.history import first_password_file, history_line, remembers
from pamkit.analysis.benchmark.module_lines import has_number
from pamkit.analysis.benchmark.places import Family, family, unplaced
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pwhistory-remember",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-04",
    policy=True,
    aliases=("accounts_password_pam_pwhistory_remember",),
    values=(Value("remember", "5", ("var_password_pam_remember",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if not (name := first_password_file(tree)):
        return unplaced(tree)
    bound = at_least(asked(RULE, "remember", tree))
    if family(tree) is Family.SUSE:
        wanted = history_line(name, ("requisite",))
        return has_number(tree, RULE, wanted, "remember", bound, ("use_authtok",))
    return remembers(tree, RULE, name, bound)


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
