"""How new passwords are hashed: words behind pam_unix, login.defs(5), libuser.conf(5)."""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import Bound
from pamkit.analysis.benchmark.judgement import UNKNOWN, Problem, judged
from pamkit.analysis.benchmark.module_lines import (
    absent,
    fits,
    has_number,
    option,
    wanted_lines,
    wrong,
)
from pamkit.analysis.benchmark.places import is_system, top, unplaced
from pamkit.analysis.benchmark.statement import stated
from pamkit.vocab.diagnostic import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.benchmark.module_lines import Wanted
    from pamkit.analysis.benchmark.statement import Statement
    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.rule import Rule
    from pamkit.analysis.tree import Tree

HASHES = frozenset({"sha512", "yescrypt", "gost_yescrypt", "blowfish", "sha256", "md5", "bigcrypt"})
"""Words behind pam_unix that choose how passwords are hashed."""

_COSTED = ("yescrypt", "gost_yescrypt", "blowfish")
_COSTS = Bound(least=5, most=11)


def hashes_with(tree: Tree, rule: Rule, wanted: Wanted, allowed: tuple[str, ...]) -> Judgement:
    """Judge whether pam_unix is told how to hash, and what."""
    found = wanted_lines(tree, wanted)
    if found is None and not is_system(tree):
        return unplaced(tree)
    if not found:
        return judged(rule, (absent(tree, wanted),))
    # Of several lines the last is judged, of several words the last counts, as for pam_unix.
    named = [arg for known in found for arg in known.entry.args if arg.text in HASHES]
    write = f"write `{shown(allowed[0])}`"
    if not named:
        return judged(rule, (Problem(found[-1].span, "no hash is chosen here", write),))
    if named[-1].text in allowed:
        return judged(rule, ())
    text = f"passwords are hashed with `{named[-1].text}`"
    return judged(rule, (Problem(named[-1].span, text, write),))


def rounds_are_enough(tree: Tree, rule: Rule, wanted: Wanted, bound: Bound) -> Judgement:
    """Judge `rounds` of pam_unix; behind yescrypt it is a cost from 5 to 11, and no number."""
    found = wanted_lines(tree, wanted) or ()
    costs = [option(each, "rounds") for each in found if _has_cost(each)]
    if costs and all(said is not None and fits(said[0], _COSTS) for said in costs):
        return judged(rule, ())
    return has_number(tree, rule, wanted, "rounds", bound)


def alternatives(text: str) -> tuple[str, ...]:
    """Return the words of a value that names several: `yescrypt|sha512`."""
    return tuple(text.split("|"))


def file_says(tree: Tree, rule: Rule, path: str, name: str, allowed: tuple[str, ...]) -> Judgement:
    """Judge whether a file sets a name to one of some words; capitals do not matter."""
    said = _stated(tree, path, name.lower())
    if said is None:
        return UNKNOWN
    right = {word.lower() for word in allowed}
    problems = [
        Problem(each.span, f"`{name}` is `{shown(each.value)}`, not `{shown(allowed[0])}`")
        for each in said
        if each.value.lower() not in right
    ]
    if not said:
        problems.append(
            Problem(top(path), f"`{name}` is not set", f"write `{name}` and `{shown(allowed[0])}`")
        )
    return judged(rule, problems)


def file_counts(
    tree: Tree, rule: Rule, path: str, name: str, bound: Bound, *, default: int | None = None
) -> Judgement:
    """Judge a number in a file; where it is not set, ``default`` counts."""
    said = _stated(tree, path, name.lower())
    if said is None:
        return UNKNOWN
    if not said and bound.holds(default):
        return judged(rule, ())
    problems = [
        wrong(name, each.value, each.span, bound) for each in said if not fits(each.value, bound)
    ]
    if not said:
        problems.append(
            Problem(top(path), f"`{name}` is not set", f"write `{name} {bound.suggested}`")
        )
    return judged(rule, problems)


def _has_cost(known: KnownEntry) -> bool:
    """Whether the last hash that a line names has a cost instead of rounds."""
    named = [arg.text for arg in known.entry.args if arg.text in HASHES]
    return bool(named) and named[-1] in _COSTED


def _stated(tree: Tree, path: str, name: str) -> tuple[Statement, ...] | None:
    """Return what a file states of a name, or what files of its `.d` directory state instead.

    DIALECT: SUSE's libeconf; elsewhere there is no such directory.
    """
    directory = f"{path}.d"
    names = (each for each in tree.around.names(directory) if each.endswith(".defs"))
    found = [each for end in names for each in stated(tree, f"{directory}/{end}", name) or ()]
    return tuple(found) or stated(tree, path, name)
