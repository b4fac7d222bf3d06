from __future__ import annotations

import json

import pytest

from pamkit.analysis.baseline import BadBaseline, baseline_text, without_known

from .trees import linted

_BAD = "auth required pam_env.so user_readenv=1\n"


def test_what_was_accepted_is_known_again_wherever_its_line_has_gone() -> None:
    baseline = baseline_text(linted(_BAD, "user-readenv"))
    report = without_known(linted(f"# a line above\n\n{_BAD}", "user-readenv"), baseline)
    assert report.findings == ()
    assert [finding.rule for finding in report.known] == ["user-readenv"]


def test_one_more_of_the_same_is_new() -> None:
    report = without_known(linted(_BAD * 3), baseline_text(linted(_BAD * 2)))
    assert [finding.span.line for finding in report.findings] == [3]


def test_what_is_known_stays_known_when_the_baseline_is_written_anew() -> None:
    baseline = baseline_text(linted(_BAD, "user-readenv"))
    assert baseline == baseline_text(without_known(linted(_BAD, "user-readenv"), baseline))


def test_a_baseline_holds_no_line_of_a_policy() -> None:
    text = baseline_text(linted("auth required pam_faillock.so passwd=hunter2\n"))
    assert "hunter2" not in text
    assert json.loads(text)["schema"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "3",
        '{"schema": 2}',
        '{"schema": 1}',
        '{"schema": 1, "accepted": [{}]}',
        "[" * 9999,
        '{"schema": 1, "accepted": [{"rule": "a", "file": "b", "line": "c", "count": "d"}]}',
    ],
)
def test_a_file_that_is_no_baseline_is_refused(text: str) -> None:
    with pytest.raises(BadBaseline, match="expected a baseline"):
        without_known(linted(_BAD), text)
