"""How many old passwords are remembered, by pam_pwhistory or pam_unix, and for whom.

Settings stand on the line of pam_pwhistory or in pwhistory.conf(5); the line wins.
"""

from __future__ import annotations

from pamkit.analysis.benchmark.judgement import UNKNOWN, Problem, any_of, judged
from pamkit.analysis.benchmark.module_lines import (
    Wanted,
    absent,
    fits,
    number_problems,
    option,
    wanted_lines,
    wrong,
)
from pamkit.analysis.benchmark.places import (
    is_system,
    lines,
    password_files,
    policy,
    top,
    unplaced,
)
from pamkit.analysis.benchmark.statement import stated
from pamkit.formats.pwhistory_conf import PATH
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.bound import Bound
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.rule import Rule
    from pamkit.analysis.tree import Tree


def history_line(name: str, controls: tuple[str, ...] = ()) -> Wanted:
    """Return the line of pam_pwhistory that a file must have."""
    return Wanted(name, Facility.PASSWORD, "pam_pwhistory", controls)


def remembers(
    tree: Tree, rule: Rule, name: str, bound: Bound, controls: tuple[str, ...] = ()
) -> Judgement:
    """Judge how many passwords a file's pam_pwhistory remembers: on its line, or in its file."""
    asked = history_line(name, controls)
    found = wanted_lines(tree, asked)
    if found is None and not is_system(tree):
        return unplaced(tree)
    if not found:
        return judged(rule, (absent(tree, asked),))
    told = wanted_lines(tree, history_line(name)) or ()
    said = stated(tree, PATH, "remember")
    if any(option(each, "remember") for each in told):
        problems = number_problems(told, "remember", bound)
        problems += [
            Problem(each.span, "`remember` stands on a line as well, and it wins", "keep one place")
            for each in said or ()
        ]
        return judged(rule, problems)
    if said is None:
        return UNKNOWN
    problems = [
        wrong("remember", each.value, each.span, bound)
        for each in said
        if not fits(each.value, bound)
    ]
    if not said:
        problems.append(
            Problem(found[0].span, "`remember` is not set", f"write `remember={bound.suggested}`")
        )
    return judged(rule, problems)


def reuse_is_limited(tree: Tree, rule: Rule, name: str, bound: Bound) -> Judgement:
    """Judge whether pam_pwhistory, or pam_unix itself, remembers enough passwords."""
    unix = Wanted(name, Facility.PASSWORD, "pam_unix")
    found = wanted_lines(tree, unix) or ()
    by_unix = [each for each in found if option(each, "remember")]
    history = remembers(tree, rule, name, bound, ("requisite", "required"))
    if not by_unix:
        return history
    return any_of(history, judged(rule, number_problems(tuple(by_unix), "remember", bound)))


def takes_the_token(tree: Tree, rule: Rule, names: tuple[str, ...], module: str) -> Judgement:
    """Judge whether a module that is not the first for passwords takes the one that was asked for.

    Without `use_authtok` it asks for another one, which nobody has judged.
    """
    if not is_system(tree) and not all(policy(tree, name) for name in names):
        return unplaced(tree)
    problems = []
    for name in names:
        file = policy(tree, name)
        found = lines(tree, file, Facility.PASSWORD) if file is not None else ()
        if not any(each.module == module for each in found):
            problems.append(absent(tree, Wanted(name, Facility.PASSWORD, module)))
        problems += [
            Problem(each.span, f"{module} asks for a password of its own", "write `use_authtok`")
            for each in found[1:]
            if each.module == module and not option(each, "use_authtok")
        ]
    return judged(rule, problems)


def history_spares_root(tree: Tree, rule: Rule, name: str) -> Judgement:
    """Judge whether the history counts for root: `enforce_for_root` on the line."""
    asked = history_line(name)
    found = wanted_lines(tree, asked)
    if found is None and not is_system(tree):
        return unplaced(tree)
    if not found:
        return judged(rule, (absent(tree, asked),))
    return judged(
        rule,
        [
            Problem(each.span, "root may take an old password again", "write `enforce_for_root`")
            for each in found
            if not option(each, "enforce_for_root")
        ],
    )


def first_password_file(tree: Tree) -> str:
    """Return the name of the file of the family in which passwords are changed, or nothing."""
    return next(iter(password_files(tree)), "")


def history_file_says(tree: Tree, rule: Rule, name: str) -> Judgement:
    """Judge whether pwhistory.conf(5) has a switch."""
    said = stated(tree, PATH, name)
    if said is None:
        return UNKNOWN
    return judged(
        rule, () if said else (Problem(top(PATH), f"`{name}` is not set", f"write `{name}`"),)
    )
