"""pam_unix in `common-auth` lacks the word `sha512`.

What it finds

`common-auth` has no line of pam_unix with `sha512` under `required` or `sufficient`. It is a
check for SUSE. This rule is a policy: it runs only if it is asked for.

Why it matters

The word does nothing in `auth`; a benchmark asks for it all the same.

Avoid

    /etc/os-release:
    ID=sles
    VERSION_ID=15
    common-auth:
    auth required pam_unix.so

Prefer

    /etc/os-release:
    ID=sles
    VERSION_ID=15
    common-auth:
    auth required pam_unix.so sha512

Sources

- `pam_unix(8)`, `crypt(5)`
- `set_password_hashing_algorithm_commonauth` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.module_lines import Wanted, has_option
from pamkit.analysis.benchmark.places import Family, family, product, unplaced
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "hash-common-auth",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-06",
    policy=True,
    aliases=("set_password_hashing_algorithm_commonauth",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is not Family.SUSE:
        return unplaced(tree)
    micro = product(tree).startswith("slmicro")
    controls = ("required",) if micro else ("sufficient", "required")
    wanted = Wanted("common-auth", Facility.AUTH, "pam_unix", controls)
    return has_option(tree, RULE, wanted, "sha512")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
