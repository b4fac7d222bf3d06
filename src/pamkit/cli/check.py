"""`pamkit check`: what is wrong with policies."""

from __future__ import annotations

import os
import stat
import sys

from pamkit.analysis.baseline import BadBaseline, baseline_text, without_known
from pamkit.analysis.catalog import chosen, did_you_mean, rule_files
from pamkit.analysis.lint import fixed, lint
from pamkit.analysis.portable import EVERYONE, TO
from pamkit.analysis.profile import assessed, together
from pamkit.analysis.report import Report, joined
from pamkit.analysis.tree import Tree, read_tree
from pamkit.cli.check_places import Place, places
from pamkit.cli.check_profile import LIST, profile_of, show_profiles, wanted_of
from pamkit.cli.declarations import declarations
from pamkit.cli.dialect_choice import dialect_chosen
from pamkit.cli.screen import screen
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.usage import UsageError
from pamkit.vocab.diagnostic import Finding, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from pamkit.analysis.profile import Profile
    from pamkit.analysis.rule import RuleFile
    from pamkit.module.declaration import Declaration
    from pamkit.policy.dialect import Dialect

    Known = dict[Dialect, Callable[[str], Declaration | None]]


PORTABLE = "portable"
"""Stands for the rules about lines that other families read otherwise."""


def check(args: argparse.Namespace) -> int:
    """Show what rules find; return the exit status."""
    if args.profile == LIST:
        show_profiles(screen(plain=args.plain))
        return DONE
    asked = profile_of(args)
    rules = _rules(args, asked)
    wanted = wanted_of(args, asked, rule_files()) | _families(args.to)
    _must_be_families(wanted)
    looked_at = places(args)
    if args.diff or args.fix:
        mended = _mend(looked_at, rules, wanted, write=args.fix)
        if args.diff:
            return REFUSED if mended else DONE
    known = _known(looked_at)
    trees = tuple((place, _tree(place, known, wanted)) for place in looked_at)
    report = joined(tuple(_report(place, tree, rules) for place, tree in trees))
    if args.baseline is not None:
        report = _without_known(report, args.baseline)
    if asked is not None:
        parts = [assessed(asked, tree, report.findings) for _, tree in trees]
        report = report.changed(assessed=together(parts))
    level = Severity[args.level.upper()]
    if args.write_baseline is not None:
        with open(args.write_baseline, "w", encoding="utf-8") as file:
            file.write(baseline_text(report))
        report = report.changed(findings=(), known=(*report.known, *report.findings))
    _show(report, level, args)
    return REFUSED if report.at_least(level) else DONE


def _rules(args: argparse.Namespace, asked: Profile | None) -> tuple[RuleFile, ...]:
    known = rule_files()
    named = args.rule if asked is None else [*asked.rules, *args.rule]
    if args.portable or args.to:
        usual = (file.rule.name for file in known if not file.rule.policy)
        named = [*(named or usual), PORTABLE]
    try:
        return chosen(known, named, args.no_rule)
    except KeyError as unknown:
        name = str(unknown.args[0])
        hint = did_you_mean(name, [file.rule.name for file in known])
        raise UsageError(f"there is no rule `{shown(name)}`", hint) from None


def _families(to: str | None) -> dict[str, str]:
    """Return the value that chooses the families that lines are read in besides."""
    return {} if to is None else {TO: to}


def _must_be_families(wanted: Mapping[str, str]) -> None:
    """Raise `UsageError` if a family that is asked for is none."""
    chosen_ones = wanted.get(TO, EVERYONE)
    for name in () if chosen_ones == EVERYONE else chosen_ones.split(","):
        dialect_chosen(name)


def _known(looked_at: tuple[Place, ...]) -> Known:
    """Return what is known of modules, by the dialect; Linux' two have the same modules."""
    linux = declarations()
    return {
        place.dialect: declarations(place.dialect) if place.dialect.keywords else linux
        for place in looked_at
    }


def _tree(place: Place, known: Known, wanted: Mapping[str, str]) -> Tree:
    return read_tree(
        place.source,
        known[place.dialect],
        layout=place.layout,
        dialect=place.dialect,
        whole=place.whole,
        wanted=wanted,
    )


def _report(place: Place, tree: Tree, rules: tuple[RuleFile, ...]) -> Report:
    report = lint(tree, rules, place.focus)
    return _moved(report, place.prefix) if place.prefix else report


def _moved(report: Report, prefix: str) -> Report:
    """Return a report whose paths are those of this machine, not of the root that was looked at."""

    def moved(finding: Finding) -> Finding:
        related = tuple(
            (span.changed(file=prefix + span.file), said) for span, said in finding.related
        )
        span = finding.span
        return finding.changed(span=span.changed(file=prefix + span.file), related=related)

    return report.changed(
        findings=tuple(map(moved, report.findings)),
        allowed=tuple(map(moved, report.allowed)),
        files={prefix + path: file for path, file in report.files.items()},
        looked_at=tuple(prefix + path for path in report.looked_at),
    )


def _without_known(report: Report, path: str) -> Report:
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    try:
        return without_known(report, text)
    except BadBaseline as bad:
        raise UsageError(f"`{shown(path)}`: {bad}") from None


def _mend(
    looked_at: tuple[Place, ...],
    rules: tuple[RuleFile, ...],
    wanted: Mapping[str, str],
    *,
    write: bool,
) -> int:
    """Write, or show, what can be mended; return how many files that are."""
    count, known = 0, _known(looked_at)
    for place in looked_at:
        tree = _tree(place, known, wanted)
        for path, text in fixed(tree, rules, place.dialect, place.focus).items():
            file = tree.file(path)
            before = "" if file is None else file.syntax.text
            count += 1
            if write:
                _write(place.prefix + path, text)
            else:
                _show_diff(place.prefix + path, before, text)
    return count


def _show_diff(path: str, before: str, after: str) -> None:
    import difflib

    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), path, path
    )
    for line in lines:
        said = "\t".join(map(policy_text, line.rstrip("\n").split("\t")))
        encoding = sys.stdout.encoding or "utf-8"
        print(said.encode(encoding, "backslashreplace").decode(encoding))


def _write(path: str, text: str) -> None:
    """Put a new text in the place of a file's; a file that is not one's own is left alone."""
    status = os.lstat(path)
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
        raise UsageError(
            f"`{shown(path)}` is not mended: it is a link, or somebody else's",
            "mend what it leads to, or use --diff",
        )
    from pamkit.stores.replace import replace
    from pamkit.stores.root import Root

    data = text.encode("utf-8", "surrogateescape")
    replace(Root("/"), os.path.abspath(path), data, mode=stat.S_IMODE(status.st_mode))
    print(f"pamkit: mended `{shown(path)}`", file=sys.stderr)


def _show(report: Report, level: Severity, args: argparse.Namespace) -> None:
    # Each form is imported when it is asked for.
    if args.json:
        from pamkit.cli.check_json import json_text

        print(json_text(report, level), end="")
    elif args.sarif:
        from pamkit.cli.check_sarif import sarif_text

        print(sarif_text(report, level), end="")
    elif args.junit:
        from pamkit.cli.check_junit import junit_text

        print(junit_text(report, level), end="")
    else:
        from pamkit.cli.check_text import show_report

        show_report(screen(plain=args.plain or not sys.stdout.isatty()), report, level)
