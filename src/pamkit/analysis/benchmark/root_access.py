"""By which ways somebody becomes root: a group that may use su, consoles that root may use."""

from __future__ import annotations

from pamkit.analysis.benchmark.judgement import UNKNOWN, Problem, judged
from pamkit.analysis.benchmark.places import companion, top
from pamkit.vocab.diagnostic import shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.rule import Rule
    from pamkit.analysis.tree import Tree

_GROUP = "/etc/group"
_SECURETTY = "/etc/securetty"


def no_members(tree: Tree, rule: Rule, group: str) -> Judgement:
    """Judge whether a group is there and has no members."""
    text = companion(tree, _GROUP)
    if not text:
        return UNKNOWN
    for row, line in enumerate(text.split("\n"), 1):
        name, *fields = line.split(":")
        if name == group and len(fields) > 2:
            span = Span(_GROUP, row, 1, row, len(line) + 1)
            problem = Problem(span, f"the group `{shown(group)}` has members")
            return judged(rule, (problem,) if fields[2].strip() else ())
    return judged(rule, (Problem(top(_GROUP), f"there is no group `{shown(group)}`"),))


def no_consoles(tree: Tree, rule: Rule) -> Judgement:
    """Judge whether securetty(5) names no virtual console."""
    text = companion(tree, _SECURETTY)
    if text is None:
        return UNKNOWN
    return judged(
        rule,
        [
            Problem(Span(_SECURETTY, row, 1), f"root may log in at `{shown(line.strip())}`")
            for row, line in enumerate(text.split("\n"), 1)
            if line.startswith("vc/") and line.strip()[3:].isdigit()
        ],
    )
