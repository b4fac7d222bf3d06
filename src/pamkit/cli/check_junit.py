"""Findings as JUnit XML, which test reports of build servers read: a suite for each file."""

from __future__ import annotations

from xml.etree import ElementTree

from pamkit.analysis.benchmark.judgement import Outcome
from pamkit.cli.check_profile import OUTCOMES
from pamkit.cli.shown import policy_text, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.profile import Assessed
    from pamkit.analysis.report import Report
    from pamkit.vocab.diagnostic import Finding, Severity


def junit_text(report: Report, level: Severity) -> str:
    """Return a suite for each file, with a failure for each finding that is at least so bad."""
    by_file: dict[str, list[Finding]] = {path: [] for path in report.looked_at}
    for finding in report.at_least(level):
        by_file.setdefault(finding.span.file, []).append(finding)
    root = ElementTree.Element("testsuites", name="pamkit check")
    for path, findings in sorted(by_file.items()):
        _add_suite(root, path, findings)
    failures = sum(len(findings) for findings in by_file.values())
    tests = sum(max(1, len(findings)) for findings in by_file.values())
    if report.assessed is not None:
        _add_controls(root, report.assessed)
        failures += report.assessed.count(Outcome.FAILED)
        tests += len(report.assessed.assessments)
    root.attrib |= {"tests": str(tests), "failures": str(failures), "errors": "0"}
    ElementTree.indent(root, " ")
    # In ASCII: whatever standard output is written in, it is what the head says.
    text: bytes = ElementTree.tostring(root, "us-ascii", xml_declaration=True)
    return text.decode() + "\n"


def _add_controls(root: ElementTree.Element, assessed: Assessed) -> None:
    """Add a suite with the controls of a profile; what cannot be told is skipped."""
    title = assessed.profile.title
    skipped = (Outcome.UNKNOWN, Outcome.NOT_APPLICABLE)
    count = {
        "tests": str(len(assessed.assessments)),
        "failures": str(assessed.count(Outcome.FAILED)),
        "skipped": str(sum(assessed.count(outcome) for outcome in skipped)),
        "errors": "0",
    }
    suite = ElementTree.SubElement(root, "testsuite", {"name": title, **count})
    for each in assessed.assessments:
        case = ElementTree.SubElement(suite, "testcase", classname=title, name=each.control.id)
        said = OUTCOMES[each.outcome]
        if each.outcome is Outcome.FAILED:
            wrong = [rule for rule, outcome in each.rules if outcome is Outcome.FAILED]
            ElementTree.SubElement(case, "failure", message=", ".join(wrong), type="control")
        elif each.outcome in skipped:
            ElementTree.SubElement(case, "skipped", message=said)


def _add_suite(root: ElementTree.Element, path: str, findings: list[Finding]) -> None:
    count = {"tests": str(max(1, len(findings))), "failures": str(len(findings)), "errors": "0"}
    suite = ElementTree.SubElement(root, "testsuite", {"name": shown(path), **count})
    if not findings:
        ElementTree.SubElement(suite, "testcase", classname=shown(path), name="check")
    for finding in findings:
        span = finding.span
        name = f"{finding.rule} at {span.line}:{span.column}"
        case = ElementTree.SubElement(
            suite, "testcase", classname=shown(path), name=name, file=shown(path)
        )
        case.set("line", str(span.line))
        message = policy_text(finding.message)
        failure = ElementTree.SubElement(
            case, "failure", message=message, type=finding.severity.name.lower()
        )
        failure.text = policy_text(str(finding).replace("\n", "; "))
