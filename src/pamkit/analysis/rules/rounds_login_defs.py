"""Too few rounds of SHA-crypt in login.defs.

What it finds

`SHA_CRYPT_MIN_ROUNDS` or `SHA_CRYPT_MAX_ROUNDS` in `/etc/login.defs` is less than the value.
Where one is not set, 5000 counts. This rule is a policy: it runs only if it is asked for.

Why it matters

Each round makes guessing dearer.

Avoid

    /etc/login.defs:
    SHA_CRYPT_MIN_ROUNDS 1000
    SHA_CRYPT_MAX_ROUNDS 1000

Prefer

    /etc/login.defs:
    SHA_CRYPT_MIN_ROUNDS 5000
    SHA_CRYPT_MAX_ROUNDS 5000

Sources

- `pam_unix(8)`, `crypt(5)`
- `set_password_hashing_min_rounds_logindefs` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, at_least
from pamkit.analysis.benchmark.hashing import file_counts
from pamkit.analysis.benchmark.judgement import all_of
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.formats.login_defs import PATH as LOGIN_DEFS
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "rounds-login-defs",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-06",
    policy=True,
    aliases=("set_password_hashing_min_rounds_logindefs",),
    values=(Value("login-defs-rounds", "5000", ("var_password_hashing_min_rounds_login_defs",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    bound = at_least(asked(RULE, "login-defs-rounds", tree))
    return all_of(
        *(
            file_counts(tree, RULE, LOGIN_DEFS, f"SHA_CRYPT_{end}_ROUNDS", bound, default=5000)
            for end in ("MIN", "MAX")
        )
    )


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
