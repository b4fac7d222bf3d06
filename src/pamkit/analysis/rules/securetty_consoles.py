"""Root may log in at virtual consoles.

What it finds

Lines `vc/` and a number in `/etc/securetty`. This rule is a policy: it runs only if it is asked
for.

Why it matters

Who acts as root should have logged in as somebody.

Avoid

    /etc/securetty:
    tty1
    vc/1

Prefer

    /etc/securetty:
    tty1

Sources

- `securetty(5)`, `pam_securetty(8)`
- `securetty_root_login_console_only` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.root_access import no_consoles
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "securetty-consoles",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    policy=True,
    aliases=("securetty_root_login_console_only",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return no_consoles(tree, RULE)


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
