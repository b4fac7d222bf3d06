"""Findings as one JSON document."""

from __future__ import annotations

import json

from pamkit.cli.check_profile import controls_form
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.version import version
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.analysis.report import Report
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.span import Span

SCHEMA = 1
"""The number of the form; it grows when something that was there changes or goes."""


def json_text(report: Report, level: Severity) -> str:
    """Return the findings that are at least so bad as a JSON document."""
    ids = {rule.name: rule for rule in report.rules}
    findings = []
    for finding in report.at_least(level):
        rule = ids[finding.rule]
        named = {"id": rule.id, "sources": list(rule.sources)}
        if report.assessed is not None:
            named["controls"] = list(report.assessed.profile.asked_by(finding.rule))
        findings.append(finding_form(finding) | named)
    form = {
        "schema": SCHEMA,
        "pamkit": version(),
        "level": level.name.lower(),
        "files": len(report.looked_at),
        "services": report.services,
        "counts": {each.name.lower(): report.count(each) for each in reversed(list(Severity))},
        "allowed": len(report.allowed),
        "known": len(report.known),
        "findings": findings,
    }
    if report.assessed is not None:
        form["profile"] = controls_form(report.assessed)
    return json.dumps(form, indent=2) + "\n"


def finding_form(finding: Finding) -> dict[str, Any]:
    """Return a finding as a document has it."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.name.lower(),
        **_place(finding.span),
        "message": policy_text(finding.message),
        "help": policy_text(finding.help),
        "related": [
            {**_place(span), "message": policy_text(said)} for span, said in finding.related
        ],
    }


def _place(span: Span) -> dict[str, Any]:
    return {
        "file": shown(span.file),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line or span.line,
        "end_column": span.end_column or span.column,
    }
