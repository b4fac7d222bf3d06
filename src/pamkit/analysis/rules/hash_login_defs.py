"""`ENCRYPT_METHOD` of login.defs names another hash.

What it finds

`ENCRYPT_METHOD` in `/etc/login.defs` is not set, or not among the words of the value. This rule
is a policy: it runs only if it is asked for.

Why it matters

pam_unix and the tools of shadow take it where nothing else is said.

Avoid

    /etc/login.defs:
    ENCRYPT_METHOD MD5

Prefer

    /etc/login.defs:
    ENCRYPT_METHOD SHA512

Sources

- `pam_unix(8)`, `crypt(5)`
- `set_password_hashing_algorithm_logindefs` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.hashing import alternatives, file_says
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.formats.login_defs import PATH as LOGIN_DEFS
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "hash-login-defs",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-06",
    policy=True,
    aliases=("set_password_hashing_algorithm_logindefs",),
    values=(Value("login-defs-hash", "YESCRYPT|SHA512", ("var_password_hashing_algorithm",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return file_says(
        tree, RULE, LOGIN_DEFS, "ENCRYPT_METHOD", alternatives(RULE.value("login-defs-hash", tree))
    )


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
