"""`FAIL_DELAY` of login.defs is too short.

What it finds

`FAIL_DELAY` in `/etc/login.defs` is less than the value in seconds, or not set. This rule is a
policy: it runs only if it is asked for.

Why it matters

Without a delay a password is guessed faster.

Avoid

    /etc/login.defs:
    FAIL_DELAY 1

Prefer

    /etc/login.defs:
    FAIL_DELAY 4

Sources

- `login.defs(5)`
- RHEL-10-600200; `accounts_logon_fail_delay` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, at_least
from pamkit.analysis.benchmark.hashing import file_counts
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.formats.login_defs import PATH as LOGIN_DEFS
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "login-defs-fail-delay",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="AUTH-15",
    policy=True,
    aliases=("accounts_logon_fail_delay",),
    values=(Value("login-defs-fail-delay", "4", ("var_accounts_fail_delay",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return file_counts(
        tree, RULE, LOGIN_DEFS, "FAIL_DELAY", at_least(asked(RULE, "login-defs-fail-delay", tree))
    )


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
