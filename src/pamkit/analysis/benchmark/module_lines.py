"""Lines of a module in a file: those with a control, and what their options say."""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import number
from pamkit.analysis.benchmark.judgement import Problem, judged
from pamkit.analysis.benchmark.places import (
    is_system,
    lines,
    path_of,
    policy,
    top,
    unplaced,
)
from pamkit.policy.control import KEYWORDS, Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import shown
from pamkit.vocab.facility import word
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.bound import Bound
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.rule import Rule
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.facility import Facility
    from pamkit.vocab.span import Span

MUST = ("required", "requisite")


BRACKETS = "brackets"
"""Stands for a bracket form in which success jumps over lines."""

ANY_BRACKETS = "any brackets"
"""Stands for any bracket form."""


class Wanted(Record):
    """A line that a benchmark asks for: of which module, where, and under which controls.

    No control stands for any.
    """

    file: str
    facility: Facility
    module: str
    controls: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The line as a policy would have it."""
        control = self.controls[0] if self.controls else "required"
        control = "[...]" if control in (BRACKETS, ANY_BRACKETS) else control
        return f"{word(self.facility)} {control} {self.module}.so"

    def fits(self, known: KnownEntry) -> bool:
        """Whether a line of the facility is one of those."""
        if known.module != self.module:
            return False
        return not self.controls or any(acts_as(known, each) for each in self.controls)


def acts_as(known: KnownEntry, control: str) -> bool:
    """Whether a line's control does what a keyword does, however it is written."""
    actions = known.control.actions
    if control == ANY_BRACKETS:
        return known.is_bracketed
    if control == BRACKETS:
        return known.is_bracketed and actions[ReturnCode.SUCCESS] > 0
    return actions == KEYWORDS[control] or (control in MUST and refuses_as(known, control))


def refuses_as(known: KnownEntry, control: str) -> bool:
    """Whether a bracket form lets success count, and a failure as `required` or `requisite` do."""
    actions = known.control.actions
    failure = KEYWORDS[control][ReturnCode.AUTH_ERR]
    return (
        known.is_bracketed
        and actions[ReturnCode.SUCCESS] == Action.OK
        and actions[ReturnCode.AUTH_ERR] == failure
        and actions[ReturnCode.SYSTEM_ERR] == failure
    )


def option(known: KnownEntry, name: str) -> tuple[str, Span] | None:
    """Return the value of the last `name` or `name=value` of a line, and where it is."""
    found = None
    for arg in known.entry.args:
        key, _, value = arg.text.partition("=")
        if key == name:
            found = value, arg.span
    return found


def wanted_lines(tree: Tree, wanted: Wanted) -> tuple[KnownEntry, ...] | None:
    """Return the lines that a benchmark asks for; `None` if there is no such file."""
    file = policy(tree, wanted.file)
    if file is None:
        return None
    return tuple(each for each in lines(tree, file, wanted.facility) if wanted.fits(each))


def absent(tree: Tree, wanted: Wanted) -> Problem:
    """Return the problem of a line that is not there."""
    return Problem(
        top(path_of(tree, wanted.file)),
        f"there is no line `{wanted}`",
        "a benchmark asks for it",
    )


def has_line(tree: Tree, rule: Rule, wanted: Wanted) -> Judgement:
    """Judge whether a line is there."""
    found = wanted_lines(tree, wanted)
    if found is None and not is_system(tree):
        return unplaced(tree)
    return judged(rule, () if found else (absent(tree, wanted),))


def has_option(tree: Tree, rule: Rule, wanted: Wanted, name: str) -> Judgement:
    """Judge whether one of the lines asked for has a word behind it."""
    return has_options(tree, rule, wanted, (name,))


def has_options(
    tree: Tree, rule: Rule, wanted: Wanted, names: tuple[str, ...] = (), **texts: str
) -> Judgement:
    """Judge whether lines have words behind them, and options the values that are asked for."""
    found = wanted_lines(tree, wanted)
    if found is None and not is_system(tree):
        return unplaced(tree)
    if not found:
        return judged(rule, (absent(tree, wanted),))
    problems = [
        Problem(found[0].span, f"`{name}` is missing", "a benchmark asks for it")
        for name in names
        if all(option(each, name) is None for each in found)
    ]
    for name, text in texts.items():
        said = [at for each in found if (at := option(each, name)) is not None]
        problems += [
            Problem(span, f"`{name}` is `{shown(value)}`, not `{shown(text)}`")
            for value, span in said
            if value != text
        ]
        if not said:
            problems.append(
                Problem(found[0].span, f"`{name}` is missing", f"write `{name}={shown(text)}`")
            )
    return judged(rule, problems)


def has_number(
    tree: Tree,
    rule: Rule,
    wanted: Wanted,
    name: str,
    bound: Bound,
    names: tuple[str, ...] = (),
) -> Judgement:
    """Judge an option with a number on the lines asked for, and other words beside it."""
    found = wanted_lines(tree, wanted)
    if found is None and not is_system(tree):
        return unplaced(tree)
    if not found:
        return judged(rule, (absent(tree, wanted),))
    problems = number_problems(found, name, bound)
    problems += [
        Problem(found[0].span, f"`{each}` is missing", "a benchmark asks for it")
        for each in names
        if all(option(line, each) is None for line in found)
    ]
    return judged(rule, problems)


def number_problems(found: tuple[KnownEntry, ...], name: str, bound: Bound) -> list[Problem]:
    """Return what is wrong with an option on lines, of which one at least must have it."""
    said = [at for each in found if (at := option(each, name)) is not None]
    problems = [wrong(name, value, span, bound) for value, span in said if not fits(value, bound)]
    if not said:
        problems.append(
            Problem(found[0].span, f"`{name}` is not set", f"write `{name}={bound.suggested}`")
        )
    return problems


def fits(value: str, bound: Bound) -> bool:
    """Whether what is written for a number is one that a bound asks for."""
    return bound.holds(number(value))


def wrong(name: str, value: str, span: Span, bound: Bound) -> Problem:
    """Return the problem of a number that is not what a benchmark asks for."""
    return Problem(span, f"`{name}` is `{shown(value)}`, not {bound}")
