"""What the files that services share must ask, and what must not stand in them."""

from __future__ import annotations

from pamkit.analysis.benchmark.judgement import Problem, judged
from pamkit.analysis.benchmark.module_lines import (
    ANY_BRACKETS,
    Wanted,
    absent,
    option,
    wanted_lines,
)
from pamkit.analysis.benchmark.places import (
    Family,
    companion,
    family,
    is_system,
    lines,
    path_of,
    policy,
    top,
    unplaced,
)
from pamkit.policy.syntax import Kind
from pamkit.vocab.diagnostic import shown
from pamkit.vocab.facility import Facility, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.rule import Rule
    from pamkit.analysis.tree import Tree

ACCOUNT_TALLY = Wanted("common-account", Facility.ACCOUNT, "pam_tally2", ("required",))

_UNIX = "pam_unix"
_AUTHSELECT = "/etc/authselect"
_PROFILED = ("pam_pwquality", "pam_pwhistory", "pam_faillock", _UNIX)
_CONTROLS = {
    Family.RED_HAT: ("required", "sufficient"),
    Family.DEBIAN: ("required", ANY_BRACKETS),
    Family.SUSE: ("required", "requisite", "sufficient", ANY_BRACKETS),
}
"""Under which controls each family asks the module that checks passwords."""

_RED_HATS = ("system-auth", "password-auth")


def admits_the_empty(tree: Tree, rule: Rule, names: tuple[str, ...]) -> Judgement:
    """Judge whether `nullok` is behind no module in files."""
    files = [file for name in names if (file := policy(tree, name))]
    if not files:
        return unplaced(tree)
    return judged(
        rule,
        [
            Problem(arg.span, "an empty password will do", f"remove `{shown(arg.text)}`")
            for file in files
            for known in file.entries
            for arg in known.entry.args
            if arg.text == "nullok"
            or (known.module == "pam_unix" and arg.text.startswith("nullok"))
        ],
    )


def forgets_option(
    tree: Tree,
    rule: Rule,
    names: tuple[str, ...],
    module: str,
    name: str,
    facility: Facility = Facility.PASSWORD,
) -> Judgement:
    """Judge whether an option is behind no line of a module in files."""
    files = [file for each in names if (file := policy(tree, each))]
    if not files:
        return unplaced(tree)
    return judged(
        rule,
        [
            Problem(at[1], f"`{name}` is behind {module}", "remove it")
            for file in files
            for known in lines(tree, file, facility)
            if known.module == module and (at := option(known, name))
        ],
    )


def asks_every_facility(tree: Tree, rule: Rule, module: str) -> Judgement:
    """Judge whether a module is asked in every facility of the files that services share."""
    mine = family(tree)
    if mine is None:
        return unplaced(tree)
    problems = []
    for facility in Facility:
        names = _RED_HATS if mine is Family.RED_HAT else (f"common-{word(facility)}",)
        controls = _CONTROLS[mine]
        for name in names:
            asked = Wanted(name, facility, module, controls)
            found = wanted_lines(tree, asked)
            if found is None and not is_system(tree):
                return unplaced(tree)
            if not found:
                problems.append(absent(tree, asked))
    return judged(rule, problems)


def no_lines_of(tree: Tree, rule: Rule, name: str, module: str) -> Judgement:
    """Judge whether a module is not asked in a file."""
    file = policy(tree, name)
    if file is None:
        return unplaced(tree)
    return judged(
        rule,
        [
            Problem(each.span, f"{module} is asked in `{name}`", "remove the line")
            for each in file.entries
            if each.module == module
        ],
    )


def has_substack(tree: Tree, rule: Rule, name: str, facility: Facility, target: str) -> Judgement:
    """Judge whether a file runs another as a substack."""
    file = policy(tree, name)
    if file is None:
        return unplaced(tree)
    for known in file.of(facility):
        entry = known.entry
        if entry.kind is Kind.SUBSTACK and entry.target and entry.target.text == target:
            return judged(rule, ())
    line = f"{word(facility)} substack {target}"
    return judged(rule, (Problem(top(file.path), f"there is no line `{line}`"),))


def authselect_has_modules(tree: Tree, rule: Rule) -> Judgement:
    """Judge whether the profile of authselect, or what came of it, has the modules."""
    if family(tree) is not Family.RED_HAT:
        return unplaced(tree)
    problems = []
    for name in _RED_HATS:
        path, modules = _profiled(tree, name)
        problems += [
            Problem(top(path), f"{module} is missing in `{name}`", "add it to the profile")
            for module in _PROFILED
            if module not in modules
        ]
    return judged(rule, problems)


def _profiled(tree: Tree, name: str) -> tuple[str, frozenset[str]]:
    """Return where a file of the profile is, and which modules it asks."""
    profile = (tree.around.text(f"{_AUTHSELECT}/authselect.conf") or "").partition("\n")[0].strip()
    path = f"{_AUTHSELECT}/{profile}/{name}"
    text = companion(tree, path) if profile.startswith("custom/") else None
    if not text:
        file = policy(tree, name)
        entries = file.entries if file is not None else ()
        return path_of(tree, name), frozenset(each.module for each in entries)
    # A template: its lines are those of a policy, with conditions in braces behind them.
    fields = (line.split() for line in text.split("\n"))
    return path, frozenset(
        each.removesuffix(".so") for line in fields for each in line[1:] if line[0][0] != "#"
    )
