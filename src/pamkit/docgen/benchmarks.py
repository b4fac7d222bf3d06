"""The page of benchmarks: which rules check which control, and what they are asked for."""

from __future__ import annotations

from pamkit.analysis.catalog import rule_files
from pamkit.analysis.profile import profile, profile_names
from pamkit.docgen.markdown import markdown
from pamkit.docgen.page import Page, Section, Table, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.profile import Profile


def benchmarks_page() -> str:
    """Return the page of all profiles."""
    profiles = [profile(name) for name in profile_names()]
    return markdown(
        Page(
            "Controls of benchmarks",
            "What `pamkit check --profile NAME` checks, control by control.",
            (
                Text(
                    "The numbers, levels and values are those that the ComplianceAsCode project"
                    " keeps for each benchmark. [Benchmarks](benchmarks.md) says how to use them."
                ),
                Table(
                    ("Profile", "Benchmark", "Controls", "Rules"),
                    tuple(
                        (
                            f"`{each.name}`",
                            each.title,
                            str(len(each.controls)),
                            str(len(each.rules)),
                        )
                        for each in profiles
                    ),
                ),
            ),
            (*(_section(each) for each in profiles), _names()),
        )
    )


def _section(profile: Profile) -> Section:
    rows = tuple(
        (
            control.id,
            control.level,
            ", ".join(f"[`{rule}`](rules/{rule}.md)" for rule in control.rules),
        )
        for control in profile.controls
    )
    values = ", ".join(f"`{name}={value}`" for name, value in sorted(profile.values.items()))
    return Section(
        f"{profile.name}",
        (
            Text(f"{profile.title}, for `{profile.product}`. Values: {values}."),
            Table(("Control", "Level", "Rules"), rows),
        ),
    )


def _names() -> Section:
    """Return the names that rules and their values have elsewhere."""
    rows = tuple(
        (
            f"[`{file.rule.name}`](rules/{file.rule.name}.md)",
            ", ".join(f"`{alias}`" for alias in file.rule.aliases),
            ", ".join(f"`{value.name}={value.usual}`" for value in file.rule.values),
        )
        for file in rule_files()
        if file.judge is not None
    )
    return Section(
        "Names of ComplianceAsCode",
        (
            Text("`--rule` takes either name. The values are what counts without a profile."),
            Table(("Rule", "Name there", "Values"), rows),
        ),
    )
