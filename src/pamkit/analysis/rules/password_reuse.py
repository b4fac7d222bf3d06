"""Neither pam_pwhistory nor pam_unix remembers enough passwords.

What it finds

In the file in which the services of a distribution change passwords, neither pam_pwhistory under
`required` or `requisite` nor `remember=` of pam_unix remembers as many passwords as the value
asks for. This rule is a policy: it runs only if it is asked for.

Why it matters

A password that had to be changed is taken again soon. pam_unix keeps old passwords as they were
hashed then; pam_pwhistory is better.

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

- `pam_pwhistory(8)`, `pam_unix(8)`
- `accounts_password_pam_unix_remember` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, at_least
from pamkit.analysis.benchmark.history import first_password_file, reuse_is_limited
from pamkit.analysis.benchmark.places import unplaced
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "password-reuse",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-04",
    policy=True,
    aliases=("accounts_password_pam_unix_remember",),
    values=(Value("unix-remember", "5", ("var_password_pam_unix_remember",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if not (name := first_password_file(tree)):
        return unplaced(tree)
    return reuse_is_limited(tree, RULE, name, at_least(asked(RULE, "unix-remember", tree)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
