"""Findings as a compiler shows them: place, sentence, the line with carets, and what to do."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

from pamkit.cli.check_profile import show_controls
from pamkit.cli.shown import policy_text, shown
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.report import Report
    from pamkit.cli.screen import Screen
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.span import Span

_STYLES = {Severity.ERROR: "bad mark", Severity.WARNING: "warn", Severity.NOTE: "dim"}
_TAB = 8


def show_report(screen: Screen, report: Report, level: Severity) -> None:
    """Show the findings that are at least so bad, the controls of a profile, and how many."""
    for finding in report.at_least(level):
        _show(screen, report, finding)
        screen.line()
    if report.assessed is not None:
        show_controls(screen, report.assessed)
    screen.line((_summary(report, level), "" if report.at_least(level) else "good"))


def _show(screen: Screen, report: Report, finding: Finding) -> None:
    screen.line(
        (f"{shown(str(finding.span))}: ", "head"),
        (f"{finding.severity.name.lower()}: ", _STYLES[finding.severity]),
        (policy_text(finding.message), ""),
        (f" [{_name(report, finding.rule)}]", "dim"),
    )
    _show_line(screen, report, finding.span, "^", _STYLES[finding.severity])
    for span, said in finding.related:
        screen.line((f"{shown(str(span))}: ", "head"), ("note: ", "dim"), (policy_text(said), ""))
        _show_line(screen, report, span, "-", "dim")
    if finding.help:
        screen.line(("  help: ", "name"), (policy_text(finding.help), ""))


def _name(report: Report, rule: str) -> str:
    """Return the name of a rule, with the controls of the profile that it is for."""
    controls = report.controls(rule)
    return f"{rule} ({controls})" if controls else rule


def _show_line(screen: Screen, report: Report, span: Span, mark: str, style: str) -> None:
    """Show the physical line of a span, and marks below what the span covers."""
    text = report.line_at(span)
    if not text.strip():
        return
    end = span.end_column if span.end_line == span.line else len(text) + 1
    if not span.end_line:
        end = span.column
    before, upto = _drawn(text[: span.column - 1]), _drawn(text[: max(end, span.column) - 1])
    number = str(span.line)
    marks = mark * max(1, _width(upto) - _width(before))
    screen.line((f" {number} | ", "dim"), (_drawn(text), ""))
    screen.line((f" {' ' * len(number)} | ", "dim"), (" " * _width(before), ""), (marks, style))


def _drawn(text: str) -> str:
    """Return a stretch from the beginning of a line as it is shown: no tabs, no secrets."""
    spread = ""
    for char in text:
        spread += " " * (_TAB - len(spread) % _TAB) if char == "\t" else char
    return policy_text(spread)


def _width(text: str) -> int:
    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)


def _summary(report: Report, level: Severity) -> str:
    shown_now = report.at_least(level)
    counts = [_counted(report.count(each), each.name.lower()) for each in reversed(list(Severity))]
    found = ", ".join(count for count in counts if count) or "nothing found"
    parts = [f"{found} in {_counted(len(report.looked_at), 'file') or 'no file'}"]
    if report.services:
        parts[0] += f", {_counted(report.services, 'service')}"
    hidden = len(report.findings) - len(shown_now)
    if hidden:
        parts.append(f"{hidden} not shown (--level)")
    if report.allowed:
        parts.append(f"{len(report.allowed)} allowed by comments")
    if report.known:
        parts.append(f"{len(report.known)} in the baseline")
    return "; ".join(parts)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}" if number else ""
