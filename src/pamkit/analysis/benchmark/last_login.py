"""What pam_lastlog does: lock accounts that nobody uses, tell of failures since the last login."""

from __future__ import annotations

from pamkit.analysis.benchmark.judgement import Problem, judged
from pamkit.analysis.benchmark.module_lines import (
    MUST,
    Wanted,
    absent,
    acts_as,
    number_problems,
    option,
    wanted_lines,
)
from pamkit.analysis.benchmark.places import is_system, lines, policy, unplaced
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.bound import Bound
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.rule import Rule
    from pamkit.analysis.tree import Tree

_LASTLOG = "pam_lastlog"


def inactive_are_locked(tree: Tree, rule: Rule, name: str, bound: Bound) -> Judgement:
    """Judge whether accounts that were not used for a number of days are refused by a file."""
    file = policy(tree, name)
    if file is None:
        return unplaced(tree)
    found = lines(tree, file, Facility.AUTH)
    unix = next((at for at, each in enumerate(found) if each.module == "pam_unix"), len(found))
    mine = tuple(
        each
        for each in found[:unix]
        if each.module == _LASTLOG and any(acts_as(each, control) for control in MUST)
    )
    if not mine:
        wanted = Wanted(name, Facility.AUTH, _LASTLOG, MUST)
        return judged(rule, (absent(tree, wanted).changed(help="it belongs before pam_unix"),))
    return judged(rule, number_problems(mine, "inactive", bound))


def shows_last_login(tree: Tree, rule: Rule, name: str, module: str) -> Judgement:
    """Judge whether users are told of failed logins since their last."""
    wanted = Wanted(name, Facility.SESSION, module)
    found = wanted_lines(tree, wanted)
    if found is None and not is_system(tree):
        return unplaced(tree)
    if not found:
        return judged(rule, (absent(tree, wanted),))
    if any(option(each, "showfailed") and not option(each, "silent") for each in found):
        return judged(rule, ())
    return judged(
        rule,
        (
            Problem(
                found[0].span,
                f"{module} does not tell of failed logins",
                "write `showfailed`, and not `silent`",
            ),
        ),
    )
