"""A cheap yescrypt in login.defs.

What it finds

`YESCRYPT_COST_FACTOR` in `/etc/login.defs` is less than the value, or not set. This rule is a
policy: it runs only if it is asked for.

Why it matters

Each step doubles the price of guessing.

Avoid

    /etc/login.defs:
    YESCRYPT_COST_FACTOR 1

Prefer

    /etc/login.defs:
    YESCRYPT_COST_FACTOR 5

Sources

- `pam_unix(8)`, `crypt(5)`
- `set_password_hashing_yescrypt_cost_factor_logindefs` of ComplianceAsCode
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
    "yescrypt-cost",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-06",
    policy=True,
    aliases=("set_password_hashing_yescrypt_cost_factor_logindefs",),
    values=(Value("yescrypt-cost", "5", ("var_password_yescrypt_cost_factor_login_defs",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return file_counts(
        tree, RULE, LOGIN_DEFS, "YESCRYPT_COST_FACTOR", at_least(asked(RULE, "yescrypt-cost", tree))
    )


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
