"""pam_unix in the first shared file hashes with something else.

What it finds

pam_unix in `system-auth` (Red Hat) or `common-password` (Debian, SUSE) names no hash, or one that
is not among those of the value. Its control must be the one that the distribution uses. Of
several lines the last is judged; of several words on it the last counts. This rule is a policy:
it runs only if it is asked for.

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
- `set_password_hashing_algorithm_systemauth` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.hashing import alternatives, hashes_with
from pamkit.analysis.benchmark.module_lines import ANY_BRACKETS, Wanted
from pamkit.analysis.benchmark.places import Family, family, password_files, unplaced
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "hash-system-auth",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-06",
    policy=True,
    aliases=("set_password_hashing_algorithm_systemauth",),
    values=(Value("hash", "yescrypt|sha512", ("var_password_hashing_algorithm_pam",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    names = password_files(tree)
    if not names:
        return unplaced(tree)
    controls = {
        Family.RED_HAT: ("required", "sufficient"),
        Family.DEBIAN: (ANY_BRACKETS,),
        Family.SUSE: ("required", "sufficient"),
    }
    wanted = Wanted(
        names[0], Facility.PASSWORD, "pam_unix", controls[family(tree) or Family.RED_HAT]
    )
    return hashes_with(tree, RULE, wanted, alternatives(RULE.value("hash", tree)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
