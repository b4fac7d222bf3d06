"""What came of situations as JUnit XML, which build servers read: a suite for each file."""

from __future__ import annotations

from xml.etree import ElementTree

from pamkit.cli.policy_tests_run import meets
from pamkit.cli.shown import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.cli.policy_tests_run import Tried


def junit_text(found: list[Tried]) -> str:
    """Return a suite for each file, with a failure for each test that is not as expected."""
    by_file: dict[str, list[Tried]] = {}
    for test in found:
        by_file.setdefault(test.path, []).append(test)
    root = ElementTree.Element("testsuites", {"name": "pamkit test", **_counts(found)})
    for path, tests in by_file.items():
        suite = ElementTree.SubElement(root, "testsuite", {"name": shown(path), **_counts(tests)})
        for test in tests:
            _add(suite, test)
    ElementTree.indent(root, " ")
    # In ASCII: whatever standard output is written in, it is what the head says.
    text: bytes = ElementTree.tostring(root, "us-ascii", xml_declaration=True)
    return text.decode() + "\n"


def _counts(tests: list[Tried]) -> dict[str, str]:
    failures = sum(not test.passed for test in tests)
    return {"tests": str(len(tests)), "failures": str(failures), "errors": "0"}


def _add(suite: ElementTree.Element, test: Tried) -> None:
    place = shown(test.path)
    case = ElementTree.SubElement(suite, "testcase", classname=place, name=shown(test.name))
    case.set("file", place)
    if test.passed:
        return
    wrong = [
        f"{key}: expected {word}, found {test.found[key]}"
        for key, word in test.expected.items()
        if not meets(test.found[key], word)
    ]
    failure = ElementTree.SubElement(case, "failure", message="; ".join(wrong), type=test.kind)
    failure.text = "\n".join(test.why)
