"""What lint found, as a value that every rendering reads."""

from __future__ import annotations

from pamkit.analysis.profile import Assessed
from pamkit.analysis.rule import Rule
from pamkit.vocab.diagnostic import Finding, Severity
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span


class Report(Record, eq=False):
    """The findings in order of place, what was left out of them, and what was looked at.

    ``allowed`` are findings that a comment allows, ``known`` those that the baseline has.
    ``files`` holds the physical lines of what was read by path; ``looked_at`` are the
    paths of those that were asked for, and ``services`` is how many services were.  ``assessed``
    is what became of the controls of a profile, if one was asked for.
    """

    findings: tuple[Finding, ...]
    allowed: tuple[Finding, ...]
    known: tuple[Finding, ...]
    rules: tuple[Rule, ...]
    files: dict[str, tuple[str, ...]]
    looked_at: tuple[str, ...]
    services: int
    assessed: Assessed | None = None

    def at_least(self, level: Severity) -> tuple[Finding, ...]:
        """Return the findings that are at least so bad."""
        return tuple(found for found in self.findings if found.severity >= level)

    def controls(self, rule: str) -> str:
        """Return the controls of the profile that a rule is for, or nothing."""
        return "" if self.assessed is None else self.assessed.profile.named(rule)

    def count(self, level: Severity) -> int:
        """Return how many findings are exactly so bad."""
        return sum(found.severity is level for found in self.findings)

    def line(self, finding: Finding) -> str:
        """Return the physical line a finding is on, without its newline; empty if there is none."""
        return self.line_at(finding.span)

    def line_at(self, span: Span) -> str:
        """Return the physical line a span begins on, without its newline; or nothing."""
        lines = self.files.get(span.file, ())
        return lines[span.line - 1] if 0 < span.line <= len(lines) else ""


def joined(reports: tuple[Report, ...]) -> Report:
    """Return reports on several trees as one."""
    files: dict[str, tuple[str, ...]] = {}
    for report in reports:
        files |= report.files
    rules = {rule.name: rule for report in reports for rule in report.rules}
    return Report(
        tuple(found for report in reports for found in report.findings),
        tuple(found for report in reports for found in report.allowed),
        tuple(found for report in reports for found in report.known),
        tuple(rules.values()),
        files,
        tuple(path for report in reports for path in report.looked_at),
        sum(report.services for report in reports),
    )
