"""`pamkit check --profile`: which profile, which rules, and what is asked of them."""

from __future__ import annotations

from pamkit.analysis.benchmark.judgement import Outcome
from pamkit.analysis.benchmark.places import PRODUCT, is_product
from pamkit.analysis.profile import profile, profile_names
from pamkit.cli.shown import shown
from pamkit.cli.usage import UsageError
from pamkit.policy.suggest import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from typing import Any

    from pamkit.analysis.profile import Assessed, Profile
    from pamkit.analysis.rule import RuleFile
    from pamkit.cli.screen import Screen

LIST = "list"
"""Stands for no profile: their names are shown."""

OUTCOMES = {
    Outcome.FAILED: "failed",
    Outcome.UNKNOWN: "needs a look",
    Outcome.PASSED: "passed",
    Outcome.NOT_APPLICABLE: "not applicable",
}
_STYLES = {
    Outcome.FAILED: "bad",
    Outcome.UNKNOWN: "warn",
    Outcome.PASSED: "good",
    Outcome.NOT_APPLICABLE: "dim",
}
_NAME, _NUMBER = 24, 16
_MOST_DIGITS = 19


def profile_of(args: argparse.Namespace) -> Profile | None:
    """Return the profile that is asked for; `None` if none is.  Raises `UsageError`."""
    if args.profile is None:
        return None
    try:
        return profile(args.profile)
    except KeyError:
        near = closest(args.profile, profile_names())
        hint = f"did you mean `{near}`?" if near else "`pamkit check --profile list` shows them"
        raise UsageError(f"there is no profile `{shown(args.profile)}`", hint) from None


def wanted_of(
    args: argparse.Namespace, asked: Profile | None, known: Iterable[RuleFile]
) -> dict[str, str]:
    """Return the values that are asked for, by all their names; raises `UsageError`.

    What is written on the command line wins over the profile.
    """
    names: dict[str, tuple[str, tuple[str, ...]]] = {PRODUCT: ("", (PRODUCT,))}
    for file in known:
        for value in file.rule.values:
            every = (value.name, *value.aliases)
            names |= dict.fromkeys(every, (value.usual, every))
    wanted = {} if asked is None else {PRODUCT: asked.product, **asked.values}
    for written in args.value:
        name, sign, value = written.partition("=")
        if not sign or not value:
            raise UsageError(
                f"`{shown(written)}` is no value", "expected NAME=VALUE, as in minlen=15"
            )
        if name not in names:
            near = closest(name, names)
            hint = f"did you mean `{near}`?" if near else "the pages of rules name their values"
            raise UsageError(f"no rule has a value `{shown(name)}`", hint)
        usual, every = names[name]
        _must_fit(name, value, usual)
        wanted = {key: said for key, said in wanted.items() if key not in every}
        wanted[every[0]] = value
    return wanted


def show_profiles(screen: Screen) -> None:
    """Show the names of all profiles, and what they are."""
    for name in profile_names():
        found = profile(name)
        screen.line((f"{name:<{_NAME}}", "name"), (f"{found.title}", ""))
    screen.line()
    screen.line(("-l1 behind the name of one of CIS leaves its first level", "dim"))


def show_controls(screen: Screen, assessed: Assessed) -> None:
    """Show what became of each control, and how many ended how."""
    screen.line((assessed.profile.title, "head"))
    for each in assessed.assessments:
        screen.line(
            (f"  {each.control.id:<{_NUMBER}}", "name"),
            (f"{OUTCOMES[each.outcome]:<{_NUMBER}}", _STYLES[each.outcome]),
            (", ".join(each.control.rules), "dim"),
        )
    counts = [f"{assessed.count(outcome)} {word}" for outcome, word in OUTCOMES.items()]
    screen.line((f"{len(assessed.assessments)} controls: {', '.join(counts)}", ""))
    screen.line()


def controls_form(assessed: Assessed) -> dict[str, Any]:
    """Return what became of the controls as a value for JSON."""
    return {
        "name": assessed.profile.name,
        "title": assessed.profile.title,
        "product": assessed.profile.product,
        "counts": {word: assessed.count(outcome) for outcome, word in OUTCOMES.items()},
        "controls": [
            {
                "control": each.control.id,
                "level": each.control.level,
                "outcome": OUTCOMES[each.outcome],
                "rules": {rule: OUTCOMES[outcome] for rule, outcome in each.rules},
            }
            for each in assessed.assessments
        ],
    }


def _must_fit(name: str, value: str, usual: str) -> None:
    """Refuse a value that is not of the kind of the usual one."""
    if name == PRODUCT:
        if not is_product(value):
            raise UsageError(
                f"`{shown(value)}` is no product that a benchmark is for",
                "expected one like rhel9, ol8, fedora, sle15, debian12 or ubuntu2404",
            )
        return
    digits = value.removeprefix("-")
    if usual.removeprefix("-").isdigit() and not (
        digits.isascii() and digits.isdigit() and len(digits) < _MOST_DIGITS
    ):
        raise UsageError(
            f"`{shown(value)}` is no value for `{name}`", f"expected a whole number, as in {usual}"
        )
