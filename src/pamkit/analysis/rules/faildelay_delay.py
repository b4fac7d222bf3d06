"""No delay after a failure.

What it finds

`common-auth` has no line `auth required pam_faildelay.so`, or one with a `delay` in microseconds
that is less than the value. This rule is a policy: it runs only if it is asked for.

Why it matters

Without a delay a password is guessed faster.

Avoid

    common-auth:
    auth required pam_faildelay.so delay=1000
    auth required pam_unix.so

Prefer

    common-auth:
    auth required pam_faildelay.so delay=4000000
    auth required pam_unix.so

Sources

- `pam_faildelay(8)`
- UBTU-24-300017; `accounts_passwords_pam_faildelay_delay` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, at_least
from pamkit.analysis.benchmark.module_lines import Wanted, has_number
from pamkit.analysis.benchmark.places import Family, family, policy, unplaced
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "faildelay-delay",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="AUTH-15",
    policy=True,
    aliases=("accounts_passwords_pam_faildelay_delay",),
    values=(Value("delay", "4000000", ("var_password_pam_delay",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    wanted = Wanted("common-auth", Facility.AUTH, "pam_faildelay", ("required",))
    if family(tree) is Family.RED_HAT and policy(tree, "common-auth") is None:
        return unplaced(tree)
    return has_number(tree, RULE, wanted, "delay", at_least(asked(RULE, "delay", tree)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
