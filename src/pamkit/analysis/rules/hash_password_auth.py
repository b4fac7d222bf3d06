"""pam_unix in `password-auth` hashes with something else.

What it finds

pam_unix under `required` or `sufficient` in `password-auth` names no hash, or one that is not
among those of the value. Of several lines the last is judged; of several words on it the last
counts. This rule is a policy: it runs only if it is asked for.

Why it matters

Whoever gets hold of the shadow file tries passwords. How many a second depends on the hash.
Without a word here it is login.defs(5) that counts, which a benchmark does not accept.

Avoid

    system-auth:
    password sufficient pam_unix.so md5
    password required pam_deny.so
    password-auth:
    password sufficient pam_unix.so md5
    password required pam_deny.so

Prefer

    system-auth:
    password sufficient pam_unix.so sha512
    password required pam_deny.so
    password-auth:
    password sufficient pam_unix.so sha512
    password required pam_deny.so

Sources

- `pam_unix(8)`, `crypt(5)`
- RHEL-09-671025
- `set_password_hashing_algorithm_passwordauth` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.hashing import alternatives, hashes_with
from pamkit.analysis.benchmark.module_lines import Wanted
from pamkit.analysis.benchmark.places import Family, family, unplaced
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "hash-password-auth",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-06",
    policy=True,
    aliases=("set_password_hashing_algorithm_passwordauth",),
    values=(Value("hash", "yescrypt|sha512", ("var_password_hashing_algorithm_pam",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is not Family.RED_HAT:
        return unplaced(tree)
    wanted = Wanted("password-auth", Facility.PASSWORD, "pam_unix", ("required", "sufficient"))
    return hashes_with(tree, RULE, wanted, alternatives(RULE.value("hash", tree)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
