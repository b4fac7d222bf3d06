"""A baseline: the findings a project has accepted for now, kept in a file, so that new ones show.

A finding is known again by its rule, its file and the text of its line, not by the number of the
line: what is written above it may change.  Of equal findings as many are known as were accepted.
"""

from __future__ import annotations

from pamkit.analysis.report import Report
from pamkit.vocab.diagnostic import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = 1
"""The number of the form that baseline files have."""


class BadBaseline(ValueError):
    """A text is no baseline; the text of this says why."""


def baseline_text(report: Report) -> str:
    """Return a baseline that accepts all findings of a report, as JSON."""
    import json

    counted: dict[tuple[str, str, str], int] = {}
    for finding in (*report.findings, *report.known):
        key = _key(report, finding)
        counted[key] = counted.get(key, 0) + 1
    rows = [
        {"rule": rule, "file": file, "line": line, "count": count}
        for (rule, file, line), count in sorted(counted.items())
    ]
    return json.dumps({"schema": SCHEMA, "accepted": rows}, indent=1) + "\n"


def without_known(report: Report, baseline: str) -> Report:
    """Return a report in which the findings of a baseline are known; raises `BadBaseline`."""
    left = _read(baseline)
    new: list[Finding] = []
    known: list[Finding] = []
    for finding in report.findings:
        key = _key(report, finding)
        if left.get(key, 0) > 0:
            left[key] -= 1
            known.append(finding)
        else:
            new.append(finding)
    return report.changed(findings=tuple(new), known=(*report.known, *known))


def _key(report: Report, finding: Finding) -> tuple[str, str, str]:
    import hashlib

    # A line may hold a password: the file keeps a digest of it.
    line = " ".join(report.line(finding).split())
    digest = hashlib.sha256(line.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return finding.rule, finding.span.file, digest


def _read(baseline: str) -> dict[tuple[str, str, str], int]:
    import json

    try:
        form = json.loads(baseline)
        if form["schema"] != SCHEMA:
            raise BadBaseline(f"expected a baseline with schema {SCHEMA}")
        rows: Iterable[dict[str, object]] = form["accepted"]
        return {
            (str(row["rule"]), str(row["file"]), str(row["line"])): int(str(row["count"]))
            for row in rows
        }
    except (KeyError, TypeError, ValueError, RecursionError) as odd:
        if isinstance(odd, BadBaseline):
            raise
        raise BadBaseline("expected a baseline, as `--write-baseline` writes it") from None
