"""Files that services share let empty passwords in.

What it finds

The word `nullok` behind any module in `system-auth` and `password-auth` (Red Hat), `common-auth`
and `common-password` (Debian), or any file (SUSE). pam_unix takes every word that begins with
`nullok` for it. This rule is a policy: it runs only if it is asked for.

Why it matters

An account whose password is empty lets everybody in who knows its name. In `password` it lets
everybody set that password.

Avoid

    common-auth:
    auth required pam_unix.so nullok
    common-password:
    password required pam_unix.so

Prefer

    common-auth:
    auth required pam_unix.so
    common-password:
    password required pam_unix.so

Sources

- `pam_unix(8)`
- CIS RHEL9 2.0.0 5.3.3.4.1; RHEL-09-611025; `no_empty_passwords` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.places import Family, family
from pamkit.analysis.benchmark.shared_files import admits_the_empty
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "nullok-in-shared-files",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-07",
    policy=True,
    aliases=("no_empty_passwords",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    names: tuple[str, ...] = ("system-auth", "password-auth")
    if family(tree) is Family.SUSE:
        names = tuple(file.name for file in tree.files)
    elif family(tree) is Family.DEBIAN:
        names = ("common-auth", "common-password")
    return admits_the_empty(tree, RULE, names)


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
