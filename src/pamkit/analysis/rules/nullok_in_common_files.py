"""Files named `common-` have the word `nullok`.

What it finds

The word `nullok` in `common-auth`, `common-account`, `common-password`, `common-session` or
`common-session-noninteractive`. pam_unix takes every word that begins with `nullok` for it. This
rule is a policy: it runs only if it is asked for.

Why it matters

An account whose password is empty lets everybody in who knows its name.

Avoid

    common-auth:
    auth required pam_unix.so nullok

Prefer

    common-auth:
    auth required pam_unix.so

Sources

- `pam_unix(8)`
- CIS Ubuntu24 1.0.0 5.3.3.4.1; `no_empty_passwords_unix` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.places import Family, family, unplaced
from pamkit.analysis.benchmark.shared_files import admits_the_empty
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "nullok-in-common-files",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-07",
    policy=True,
    aliases=("no_empty_passwords_unix",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    if family(tree) is Family.RED_HAT:
        return unplaced(tree)
    ends = ("auth", "account", "password", "session", "session-noninteractive")
    return admits_the_empty(tree, RULE, tuple(f"common-{end}" for end in ends))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
