"""pam_unix keeps old passwords, in files that services share.

What it finds

`remember=` behind pam_unix in `password`, in the files that services share. This rule is a
policy: it runs only if it is asked for.

Why it matters

pam_unix keeps them as the hashes they had. pam_pwhistory does the same better.

Avoid

    common-password:
    password required pam_unix.so remember=5

Prefer

    common-password:
    password required pam_unix.so

Sources

- `pam_unix(8)`
- CIS RHEL9 2.0.0 5.3.3.4.2; `accounts_password_pam_unix_no_remember` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.places import Family, family
from pamkit.analysis.benchmark.shared_files import forgets_option
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "unix-remember-in-shared-files",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-05",
    policy=True,
    aliases=("accounts_password_pam_unix_no_remember",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    names: tuple[str, ...] = ("system-auth", "password-auth")
    if family(tree) is not Family.RED_HAT:
        ends = ("auth", "account", "password", "session", "session-noninteractive")
        names = tuple(f"common-{end}" for end in ends)
    return forgets_option(tree, RULE, names, "pam_unix", "remember")


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
