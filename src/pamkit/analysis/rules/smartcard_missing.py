"""No smart card is asked for.

What it finds

`common-auth` has no line of pam_pkcs11 in `auth`, under `sufficient` or `required` (SUSE) or a
bracket form (Debian). This rule is a policy: it runs only if it is asked for.

Why it matters

A password alone can be guessed, read over a shoulder, or given away.

Avoid

    common-auth:
    auth required pam_unix.so

Prefer

    common-auth:
    auth [success=2 default=ignore] pam_pkcs11.so
    auth [success=1 default=ignore] pam_unix.so
    auth requisite pam_deny.so
    auth required pam_permit.so

Sources

- `pam_pkcs11(8)`
- UBTU-24-400020; `smartcard_pam_enabled` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.module_lines import ANY_BRACKETS, Wanted, has_line
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
    "smartcard-missing",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    policy=True,
    aliases=("smartcard_pam_enabled",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    mine = family(tree)
    if mine is None or mine is Family.RED_HAT:
        return unplaced(tree)
    controls = ("sufficient", "required") if mine is Family.SUSE else (ANY_BRACKETS,)
    return has_line(tree, RULE, Wanted("common-auth", Facility.AUTH, "pam_pkcs11", controls))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
