"""`crypt_style` of libuser.conf names another hash.

What it finds

`crypt_style` in `/etc/libuser.conf` is not set, or not among the words of the value. This rule is
a policy: it runs only if it is asked for.

Why it matters

libuser hashes the passwords that it sets so.

Avoid

    /etc/libuser.conf:
    [defaults]
    crypt_style = md5

Prefer

    /etc/libuser.conf:
    [defaults]
    crypt_style = sha512

Sources

- `pam_unix(8)`, `crypt(5)`
- `set_password_hashing_algorithm_libuserconf` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.hashing import alternatives, file_says
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "hash-libuser",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-06",
    policy=True,
    aliases=("set_password_hashing_algorithm_libuserconf",),
    values=(Value("hash", "yescrypt|sha512", ("var_password_hashing_algorithm_pam",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return file_says(
        tree, RULE, "/etc/libuser.conf", "crypt_style", alternatives(RULE.value("hash", tree))
    )


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
