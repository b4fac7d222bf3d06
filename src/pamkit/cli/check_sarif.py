"""Findings as SARIF 2.1.0 (OASIS), which code scanning reads."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import quote

from pamkit.analysis.catalog import rule_file
from pamkit.cli.check_profile import controls_form
from pamkit.cli.shown import policy_text
from pamkit.cli.version import version
from pamkit.docgen.rules import rule_page
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.analysis.report import Report
    from pamkit.analysis.rule import Rule
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.span import Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_text(report: Report, level: Severity) -> str:
    """Return findings as SARIF; what is allowed or known is there as well, as suppressed."""
    numbers = {rule.name: number for number, rule in enumerate(report.rules)}
    results = [
        _result(report, finding, numbers, suppressed)
        for findings, suppressed in (
            (report.findings, ""),
            (report.allowed, "inSource"),
            (report.known, "external"),
        )
        for finding in findings
        if finding.severity >= level
    ]
    driver = {
        "name": "pamkit",
        "version": version(),
        "semanticVersion": version(),
        "rules": [_rule(report, rule) for rule in report.rules],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    if report.assessed is not None:
        run["properties"] = {"profile": controls_form(report.assessed)}
    form = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(form, indent=1) + "\n"


def _rule(report: Report, rule: Rule) -> dict[str, Any]:
    controls = report.controls(rule.name)
    page = rule_page(rule.name) or ""
    summary = rule_file(rule.name).page.partition("\n")[0]
    return {
        "id": rule.name,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": summary},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": rule.level.name.lower()},
        "properties": {"tags": ["security", *rule.sources, *([controls] if controls else [])]},
    }


def _result(
    report: Report, finding: Finding, numbers: dict[str, int], suppressed: str
) -> dict[str, Any]:
    said = (finding.message, finding.help)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": numbers[finding.rule],
        "level": finding.severity.name.lower(),
        "message": {"text": "; ".join(policy_text(each) for each in said if each)},
        "locations": [{"physicalLocation": _place(finding.span)}],
        "partialFingerprints": {"pamkitLine/v1": _fingerprint(report, finding)},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": at, "physicalLocation": _place(span), "message": {"text": policy_text(said)}}
            for at, (span, said) in enumerate(finding.related)
        ]
    if suppressed:
        result["suppressions"] = [{"kind": suppressed}]
    return result


def _place(span: Span) -> dict[str, Any]:
    region = {"startLine": span.line, "startColumn": span.column}
    if span.end_line:
        region |= {"endLine": span.end_line, "endColumn": span.end_column}
    return {"artifactLocation": {"uri": _address(span.file)}, "region": region}


def _address(path: str) -> str:
    """Return a path as a relative reference, or as a `file:` address if it is absolute."""
    written = quote(path.removeprefix("./").encode("utf-8", "surrogateescape"))
    return f"file://{written}" if path.startswith("/") else written


def _fingerprint(report: Report, finding: Finding) -> str:
    """Return what stays the same when lines are added above; a line may hold a secret."""
    line = " ".join(report.line(finding).split())
    known = "\0".join((finding.rule, finding.span.file, line))
    return hashlib.sha256(known.encode("utf-8", "surrogatepass")).hexdigest()[:32]
