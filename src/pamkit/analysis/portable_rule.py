"""A rule about lines that mean something else to other families: what is the same for all such."""

from __future__ import annotations

from pamkit.analysis.portable import EVERYONE, TO, apart
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.rule import Find
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding


def portable_rule(
    name: str, *, level: Severity, since: str, head: str = "", help: str
) -> tuple[Rule, Find]:
    """Return a rule and its function; each finding says ``head``, then who makes what of the line.

    The rule finds what `analysis.portable.apart` has under its name.  It runs only if it is asked
    for, as `portable` or by its name.
    """
    rule = Rule(
        name,
        level=level,
        scope=Scope.TREE,
        since=since,
        policy=True,
        aliases=("portable",),
        values=(Value(TO, EVERYONE),),
    )

    def find(tree: Tree) -> Iterator[Finding]:
        for each in apart(tree):
            if each.rule == name:
                yield rule.finding(each.span, "; ".join(filter(None, (head, str(each)))), help)

    return rule, find
