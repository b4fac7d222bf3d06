"""No pam_pwquality judges new passwords in `password-auth`.

What it finds

`password-auth`, or what it includes, has no line of pam_pwquality in `password` under
`requisite`, or what does the same. It is a check for systems of the families of Red Hat. This
rule is a policy: it runs only if it is asked for.

Why it matters

Nothing judges new passwords. Under `optional` or `sufficient` the judgement does not matter.
Under `required` the property holds as well, but a benchmark of Red Hat asks for `requisite`: a
bad password is then not stored first.

Avoid

    system-auth:
    password required pam_unix.so
    password-auth:
    password required pam_unix.so

Prefer

    system-auth:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok
    password-auth:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok

Sources

- `pam_pwquality(8)`
- `accounts_password_pam_pwquality_password_auth` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.module_lines import has_line
from pamkit.analysis.benchmark.places import Family, family, unplaced
from pamkit.analysis.benchmark.quality import quality_line
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pwquality-missing-password-auth",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-03",
    policy=True,
    aliases=("accounts_password_pam_pwquality_password_auth",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is not Family.RED_HAT:
        return unplaced(tree)
    return has_line(tree, RULE, quality_line("password-auth", controls=("requisite",)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
