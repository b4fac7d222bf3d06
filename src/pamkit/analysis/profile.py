"""What a profile is: the controls of a benchmark, the rules that check them, and their values.

Each is a file of `analysis.profiles`, named like the profile.  Whether a tree meets a control is
what its rules judge; a finding that a comment or a baseline accepts needs somebody's look.

Sources: the numbers, levels and values of benchmarks are those of the ComplianceAsCode project.
"""

from __future__ import annotations

import pkgutil
import sys

from pamkit.analysis import profiles as place
from pamkit.analysis.benchmark.judgement import Outcome
from pamkit.analysis.catalog import rule_file
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

_FIRST_LEVEL = "-l1"


class Control(Record):
    """A control: its number, its level (`1`, `2`, or how grave it is), and the rules for it."""

    id: str
    level: str
    rules: tuple[str, ...]


class Profile(Record, eq=False):
    """A benchmark, as far as it is about PAM.

    ``title`` is what findings call it, ``product`` what it is for (`rhel9`), ``values`` what it
    asks of the rules that have some.
    """

    name: str
    title: str
    product: str
    controls: tuple[Control, ...]
    values: Mapping[str, str]

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules, each once, in order."""
        return tuple(dict.fromkeys(rule for control in self.controls for rule in control.rules))

    def asked_by(self, rule: str) -> tuple[str, ...]:
        """Return the numbers of the controls that a rule is for."""
        return tuple(control.id for control in self.controls if rule in control.rules)

    def named(self, rule: str) -> str:
        """Return the controls that a rule is for as findings name them; nothing if it is for none.

        So it is with a rule that was asked for beside the profile.
        """
        numbers = self.asked_by(rule)
        return f"{self.title}: {', '.join(numbers)}" if numbers else ""


class Assessment(Record):
    """What became of a control, and of each of its rules."""

    control: Control
    outcome: Outcome
    rules: tuple[tuple[str, Outcome], ...]


class Assessed(Record, eq=False):
    """A profile, and what became of its controls."""

    profile: Profile
    assessments: tuple[Assessment, ...]

    def count(self, outcome: Outcome) -> int:
        """Return how many controls ended so."""
        return sum(each.outcome is outcome for each in self.assessments)


def profile_names() -> tuple[str, ...]:
    """Return the names of all profiles, in order; none of their files is imported."""
    found = pkgutil.iter_modules(place.__path__)
    return tuple(sorted(module.name.replace("_", "-") for module in found))


def profile(name: str) -> Profile:
    """Return the profile of a name; `KeyError` if there is none.

    Of a benchmark with levels `-l1` behind the name leaves the first: `cis-debian12-l1`.
    """
    whole = name.removesuffix(_FIRST_LEVEL)
    if whole not in profile_names():
        raise KeyError(name)
    path = f"{place.__name__}.{whole.replace('-', '_')}"
    __import__(path)
    found: Profile = sys.modules[path].PROFILE
    if whole == name:
        return found
    first = tuple(control for control in found.controls if control.level == "1")
    if not first:
        raise KeyError(name)
    return found.changed(name=name, controls=first)


def assessed(profile: Profile, tree: Tree, findings: Iterable[Finding]) -> Assessed:
    """Return what becomes of the controls of a profile; ``findings`` are those that still stand."""
    standing = {finding.rule for finding in findings}
    outcomes = {rule: _outcome(rule, tree, standing) for rule in profile.rules}
    return Assessed(
        profile,
        tuple(
            _assessment(control, tuple((rule, outcomes[rule]) for rule in control.rules))
            for control in profile.controls
        ),
    )


def together(parts: Iterable[Assessed]) -> Assessed | None:
    """Return what several trees come to; the worst of each counts.  `None` if there is no part."""
    parts = tuple(parts)
    if not parts:
        return None
    assessments = []
    for each in zip(*(part.assessments for part in parts), strict=True):
        rules = zip(*(part.rules for part in each), strict=True)
        worst = tuple((some[0][0], max(outcome for _, outcome in some)) for some in rules)
        assessments.append(_assessment(each[0].control, worst))
    return parts[0].changed(assessments=tuple(assessments))


def _assessment(control: Control, rules: tuple[tuple[str, Outcome], ...]) -> Assessment:
    return Assessment(control, max(outcome for _, outcome in rules), rules)


def _outcome(rule: str, tree: Tree, standing: set[str]) -> Outcome:
    if rule in standing:
        return Outcome.FAILED
    judge = rule_file(rule).judge
    outcome = Outcome.PASSED if judge is None else judge(tree).outcome
    # What failed, and is not reported any more, was accepted by somebody.
    return Outcome.UNKNOWN if outcome is Outcome.FAILED else outcome
