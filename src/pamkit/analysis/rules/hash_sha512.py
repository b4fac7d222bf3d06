"""pam_unix in `common-password` does not hash with SHA-512.

What it finds

pam_unix in `common-password` names no hash, or another than `sha512`. DISA wants this one: it is
among those that FIPS knows; yescrypt is not. This rule is a policy: it runs only if it is asked
for.

Why it matters

yescrypt is stronger, but no hash of FIPS. This rule is for who has to follow DISA.

Avoid

    common-password:
    password [success=1 default=ignore] pam_unix.so yescrypt
    password requisite pam_deny.so
    password required pam_permit.so

Prefer

    common-password:
    password [success=1 default=ignore] pam_unix.so sha512
    password requisite pam_deny.so
    password required pam_permit.so

Sources

- `pam_unix(8)`, `crypt(5)`
- UBTU-24-400220
- `set_password_hashing_algorithm_auth_stig` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.hashing import hashes_with
from pamkit.analysis.benchmark.module_lines import BRACKETS, Wanted
from pamkit.analysis.benchmark.places import Family, family, unplaced
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "hash-sha512",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-06",
    policy=True,
    aliases=("set_password_hashing_algorithm_auth_stig",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is not Family.DEBIAN:
        return unplaced(tree)
    wanted = Wanted("common-password", Facility.PASSWORD, "pam_unix", (BRACKETS,))
    return hashes_with(tree, RULE, wanted, ("sha512",))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
