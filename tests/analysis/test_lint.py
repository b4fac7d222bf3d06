from __future__ import annotations

import pytest

from pamkit.analysis.catalog import ALL, chosen, rule_files
from pamkit.analysis.lint import EVERYTHING, Focus, fixed
from pamkit.policy.dialect import LINUX

from .trees import linted, tree

_BAD = "auth required pam_env.so user_readenv=1\n"
_FILES: dict[str, str | None] = {
    "sshd": f"{_BAD}auth include shared\n",
    "su": _BAD,
    "shared": _BAD,
    "other": _BAD,
}


@pytest.mark.parametrize(
    ("focus", "expected", "services"),
    [
        (EVERYTHING, ["other", "shared", "sshd", "su"], 4),
        (Focus(services=frozenset({"sshd"})), ["shared", "sshd"], 1),
        (Focus(files=frozenset({"/etc/pam.d/sshd"})), ["sshd"], 1),
        (Focus(frozenset({"/etc/pam.d/su"}), frozenset({"other"})), ["other", "su"], 2),
    ],
)
def test_only_what_was_asked_for_is_reported(
    focus: Focus, expected: list[str], services: int
) -> None:
    report = linted(_FILES, "user-readenv", focus=focus)
    assert expected == [finding.span.file.rpartition("/")[2] for finding in report.findings]
    assert expected == sorted(path.rpartition("/")[2] for path in report.looked_at)
    assert services == report.services


def test_a_service_that_is_refused_can_be_asked_for() -> None:
    report = linted({"sshd": "auth required .so\n"}, focus=Focus(services=frozenset({"sshd"})))
    assert [finding.rule for finding in report.findings] == ["nameless-module"]


def test_a_finding_of_many_services_is_reported_once() -> None:
    jump = "auth [success=9 default=ignore] pam_unix.so\n"
    report = linted({"a": "auth include c\n", "b": "auth include c\n", "c": jump}, "jump-past-end")
    assert len(report.findings) == 1


def test_findings_come_in_the_order_of_their_places() -> None:
    report = linted("auth requird pam_unix.so nope\nfoo\n")
    assert [(finding.span.line, finding.span.column) for finding in report.findings] == [
        (1, 6),
        (1, 26),
        (2, 1),
    ]


def test_the_files_that_can_be_mended_are_mended() -> None:
    made = tree(
        {"a": "-auth include b x\n", "b": "auth required pam_unix.so\n", "c": "-auth include b\n"}
    )
    rules = chosen(rule_files())
    expected = {"/etc/pam.d/a": "auth include b\n", "/etc/pam.d/c": "auth include b\n"}
    assert expected == fixed(made, rules, LINUX)
    only = Focus(files=frozenset({"/etc/pam.d/c"}))
    assert list(fixed(made, rules, LINUX, only)) == ["/etc/pam.d/c"]


def test_what_is_allowed_is_not_mended() -> None:
    made = tree({"a": "-auth include b # pamkit: allow quiet-include\n"})
    assert fixed(made, chosen(rule_files()), LINUX) == {}


def test_a_pam_conf_is_mended_with_its_column_of_services() -> None:
    made = tree({"pam.conf": "sshd -auth include b\n"})
    texts = fixed(made, chosen(rule_files(), (ALL,)), LINUX)
    assert texts == {"/etc/pam.conf": "sshd auth include b\n"}


def test_what_cannot_be_mended_without_a_change_stays() -> None:
    # Beyond the first blank the second pair is the module: brackets would not mean the same.
    made = tree({"a": "auth include b x \\\n y\n", "b": "auth required pam_unix.so\n"})
    assert fixed(made, chosen(rule_files()), LINUX) == {}
