"""What pam_pwquality is told: on its lines, in pwquality.conf(5), and in the files beside it.

A line wins over the files, and the main file over its drop-ins.  Benchmarks ask that a setting is
written, also where the default would do.
"""

from __future__ import annotations

from pamkit.analysis.benchmark.judgement import UNKNOWN, Outcome, Problem, judged
from pamkit.analysis.benchmark.module_lines import (
    MUST,
    Wanted,
    fits,
    has_line,
    option,
    wanted_lines,
    wrong,
)
from pamkit.analysis.benchmark.places import (
    is_oracle,
    password_files,
    path_of,
    top,
    unplaced,
)
from pamkit.analysis.benchmark.statement import stated, with_drop_ins
from pamkit.formats.quality_settings import QualitySettings
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.bound import Bound
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.benchmark.statement import Statement
    from pamkit.analysis.rule import Rule
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.span import Span

CONF = "/etc/security/pwquality.conf"

_DEFAULTS = QualitySettings()


def quality_line(name: str, *, controls: tuple[str, ...] = MUST) -> Wanted:
    """Return the line of pam_pwquality that a file must have."""
    return Wanted(name, Facility.PASSWORD, "pam_pwquality", controls)


def quality_number(tree: Tree, rule: Rule, name: str, bound: Bound) -> Judgement:
    """Judge a number of libpwquality."""
    names = password_files(tree)
    if not names:
        return unplaced(tree)
    present = has_line(tree, rule, quality_line(names[0]))
    if present.outcome is not Outcome.PASSED:
        return present
    on_lines = _on_lines(tree, names, name)
    told = [each for found in on_lines for each in found]
    said = _in_files(tree, name)
    problems = [
        wrong(name, each.value, each.span, bound)
        for each in said or ()
        if not fits(each.value, bound)
    ]
    if is_oracle(tree):
        problems += [_overrides(name, span) for _, span in told]
    else:
        problems += [wrong(name, value, at, bound) for value, at in told if not fits(value, bound)]
    if said or (all(on_lines) and not is_oracle(tree)) or problems:
        return judged(rule, problems)
    if said is None:
        return UNKNOWN
    default: int = getattr(_DEFAULTS, name)
    why = "; the default would do, but a benchmark wants it written" * bound.holds(default)
    return judged(
        rule,
        (Problem(top(CONF), f"`{name}` is not set{why}", f"write `{name} = {bound.suggested}`"),),
    )


def quality_switch(tree: Tree, rule: Rule, name: str) -> Judgement:
    """Judge a switch of libpwquality: it is on wherever its name stands."""
    names = password_files(tree)
    if not names:
        return unplaced(tree)
    present = has_line(tree, rule, quality_line(names[0]))
    if present.outcome is not Outcome.PASSED:
        return present
    said = _in_files(tree, name)
    if said or (all(_on_lines(tree, names, name)) and not is_oracle(tree)):
        return judged(rule, ())
    if said is None:
        return UNKNOWN
    return judged(rule, (Problem(top(CONF), f"`{name}` is not set", f"write `{name}`"),))


def quality_tries(tree: Tree, rule: Rule, bound: Bound) -> Judgement:
    """Judge how often a new password may be tried: on every line, or in the file alone."""
    names = password_files(tree)
    if not names:
        return unplaced(tree)
    found = [(name, wanted_lines(tree, quality_line(name)) or ()) for name in names]
    told = {name: [at for each in some if (at := option(each, "retry"))] for name, some in found}
    if any(told.values()) or is_oracle(tree):
        problems = []
        for name, some in found:
            problems += [
                wrong("retry", value, at, bound)
                for value, at in told[name]
                if not fits(value, bound)
            ]
            if not told[name]:
                place = some[0].span if some else top(path_of(tree, name))
                problems.append(
                    Problem(place, "`retry` is not set", f"write `retry={bound.suggested}`")
                )
        return judged(rule, problems)
    said = stated(tree, CONF, "retry")
    if said is None:
        return UNKNOWN
    problems = [
        wrong("retry", each.value, each.span, bound) for each in said if not fits(each.value, bound)
    ]
    if not said:
        problems.append(
            Problem(top(CONF), "`retry` is not set", f"write `retry = {bound.suggested}`")
        )
    return judged(rule, problems)


def _on_lines(tree: Tree, names: tuple[str, ...], name: str) -> list[list[tuple[str, Span]]]:
    """Return what the lines of each file say of a setting."""
    return [
        [
            at
            for each in wanted_lines(tree, quality_line(file, controls=())) or ()
            if (at := option(each, name)) is not None
        ]
        for file in names
    ]


def _in_files(tree: Tree, name: str) -> tuple[Statement, ...] | None:
    """Return what the files say of a setting; `None` if one that counts is not known."""
    found = [stated(tree, path, name) for path in with_drop_ins(tree, CONF)]
    said = tuple(each for some in found for each in some or ())
    return said if said or None not in found else None


def _overrides(name: str, span: Span) -> Problem:
    return Problem(
        span, f"`{name}` on a line wins over what the file says", f"leave it to `{CONF}`"
    )
