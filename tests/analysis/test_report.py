from __future__ import annotations

from pamkit.analysis.report import joined
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.span import Span

from .trees import linted

_POLICY = "auth requird pam_unix.so\nauth required pam_unix.so nope\nauth include x y\n"


def test_lines_are_found_by_their_number() -> None:
    report = linted("a b c\n\nd \\\n e f\ng h i")
    lines = [report.line_at(Span("/etc/pam.d/test", number)) for number in range(7)]
    assert lines == ["", "a b c", "", "d \\", " e f", "g h i", ""]


def test_findings_are_counted_by_their_level() -> None:
    report = linted(_POLICY)
    counts = [report.count(level) for level in Severity]
    assert counts == [1, 2, 1]
    assert [len(report.at_least(level)) for level in Severity] == [4, 3, 1]


def test_the_line_of_a_finding_is_known_if_its_file_is() -> None:
    report = linted(_POLICY)
    first = report.findings[0]
    assert report.line(first) == "auth requird pam_unix.so"
    assert report.line(first.changed(span=Span("elsewhere", 1))) == ""


def test_reports_on_several_trees_are_joined() -> None:
    both = joined((linted(_POLICY), linted({"b": _POLICY})))
    assert len(both.findings) == 8
    assert both.looked_at == ("/etc/pam.d/test", "/etc/pam.d/b")
    assert {"/etc/pam.d/test", "/etc/pam.d/b"} == set(both.files)
    assert (2, len(linted(_POLICY).rules)) == (both.services, len(both.rules))
