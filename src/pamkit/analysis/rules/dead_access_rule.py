"""Rules of access.conf(5) that never count.

What it finds

Rules behind one that means everybody from everywhere, lines that are no rules, and a last line
without a newline. Only the usual file is looked at, and only if pam_access is used.

Why it matters

The first rule that matches decides. What stands behind `-:ALL:ALL` is never reached: somebody who
was to be let in is not. A line that is no rule is logged and skipped.

Avoid

    /etc/security/access.conf:
    -:ALL:ALL
    +:root:LOCAL
    login:
    account required pam_access.so

Prefer

    /etc/security/access.conf:
    +:root:LOCAL
    -:ALL:ALL
    login:
    account required pam_access.so

Sources

- `access.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.formats.access_conf import BadLine, parse
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "dead-access-rule",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-09",
)

_FILE = "/etc/security/access.conf"


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the rules that cannot count."""
    text = tree.around.text(_FILE)
    lines = [known for known in tree.entries_of("pam_access") if not _is_elsewhere(known.args)]
    if not text or not lines:
        return
    final = 0
    for rule in parse(text):
        at = Span(_FILE, rule.line)
        if isinstance(rule, BadLine):
            said = shown(rule.complaint).lower().rstrip(".")
            yield RULE.finding(at, said, "a rule is `permission:users:origins`, and a whole line")
        elif final:
            yield RULE.finding(
                at,
                f"this rule is never reached: line {final} means everybody from everywhere",
                "put it above that line",
                related=((Span(_FILE, final), "decides for everybody"),),
            )
        elif (rule.users.strip(), rule.origins.strip()) == ("ALL", "ALL"):
            final = rule.line


def _is_elsewhere(args: tuple[str, ...]) -> bool:
    """Whether a line names another file, or reads the file otherwise."""
    return any(arg.startswith(("accessfile=", "fieldsep=", "listsep=")) for arg in args)
