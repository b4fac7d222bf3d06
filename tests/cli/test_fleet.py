"""Many machines judged at once, at the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pamkit.cli.main import main

_UNIX = "auth required pam_unix.so\naccount required pam_unix.so\n"
_OPEN = "auth sufficient pam_permit.so\naccount required pam_unix.so nulok\n"


def _machines(place: Path, *texts: str) -> Path:
    for number, text in enumerate(texts):
        policies = place / f"host{number}" / "etc" / "pam.d"
        policies.mkdir(parents=True)
        (policies / "sudo").write_text(text)
    return place


def _run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    status = main(["fleet", "--dialect", "linux", "--rule", "unknown-option", *argv])
    said = capsys.readouterr()
    return status, said.out + said.err


def _documents(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


def test_machines_are_counted_for_each_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = _machines(tmp_path, _UNIX, _OPEN, _OPEN)
    status, said = _run(capsys, str(place))
    lines = said.splitlines()
    assert status == 1
    assert "2  /etc/pam.d/sudo:2: warning: `pam_unix` knows no option `nulok`" in lines[0]
    assert any("sudo: error: not so: nobody is let in who proved nothing" in line for line in lines)
    assert lines[-1].startswith("3 machines with 2 policies: 1 finding,")


def test_a_machine_is_named_by_its_root_or_its_policies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = _machines(tmp_path, _UNIX, _UNIX)
    roots = [str(place / "host0"), str(place / "host1" / "etc" / "pam.d")]
    status, said = _run(capsys, "--claim", "no-grant-without-proof", *roots)
    assert (status, said) == (0, "\n2 machines with 1 policy: 0 findings, 0 broken claims\n")


def test_programs_get_a_document_on_each_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = _machines(tmp_path, _OPEN, _OPEN)
    _, said = _run(capsys, "--json", str(place))
    policy, first, second, summary = _documents(said)
    assert [list(each) for each in (policy, first, second)] == [["policy"], ["host"], ["host"]]
    assert first["host"]["policy"] == second["host"]["policy"] == policy["policy"]["digest"]
    assert [each["rule"] for each in policy["policy"]["findings"]] == ["unknown-option"]
    assert "no-grant-without-proof" in [each["claim"] for each in policy["policy"]["broken"]]
    assert [each["hosts"] for each in summary["summary"]["findings"]] == [2]
    assert summary["summary"]["hosts"] == 2


def test_several_processes_say_what_one_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = _machines(tmp_path, *([_OPEN, _UNIX] * 20))
    alone = _run(capsys, "--jobs", "1", str(place))
    together = _run(capsys, "--jobs", "2", str(place))
    assert together == alone


def test_names_and_secrets_of_policies_are_not_shown_raw(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "auth required pam_unix.so password=geheim \x1b[31m\n"
    place = _machines(tmp_path, text)
    for form in ((), ("--json",)):
        _, said = _run(capsys, *form, str(place))
        assert "geheim" not in said
        assert "\x1b[31m" not in said


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--rule", "nulok", "."), "there is no rule `nulok`"),
        (("--claim", "nobody", "."), "there is no claim `nobody`"),
        (("--dialect", "solars", "."), "there is no dialect `solars`"),
        (("nowhere",), "`nowhere` is no directory"),
        ((".",), "there are no policies to look at"),
    ],
)
def test_what_cannot_be_used_is_said(
    argv: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    status, shown = _run(capsys, *argv)
    assert status == 2
    assert said in shown


def test_a_machine_without_policies_is_named_and_the_others_are_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = _machines(tmp_path, _UNIX)
    (place / "host1" / "etc" / "pam.d").mkdir(parents=True)
    _, said = _run(capsys, str(place))
    assert "host1" in said
    assert "there are no policies in" in said
    assert "2 machines with 1 policy" in said
