"""Findings as one JSON document."""

from __future__ import annotations

import json

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
        findings.append(_form(finding) | {"id": rule.id, "sources": list(rule.sources)})
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
    return json.dumps(form, indent=2) + "\n"


def _form(finding: Finding) -> dict[str, Any]:
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
