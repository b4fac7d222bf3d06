"""`pamkit verify`: claims proved, or shown to be broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pamkit.cli.main import main

OPEN = "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n"
SHUT = "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
SHUT += "auth required pam_permit.so\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, text in (("app", OPEN), ("good", SHUT), ("other", "auth required pam_deny.so\n")):
        (tmp_path / name).write_text(text)
    return tmp_path


def _run(place: Path, *words: str) -> int:
    return main(["verify", "--confdir", str(place), "--dialect", "linux", *words])


def test_a_claim_that_is_broken_is_shown_with_the_run_that_breaks_it(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, "app", "--claim", "wrong-password-never-grants") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "app"
    assert lines[1].startswith("  BROKEN  whoever gives a wrong password")
    assert lines[2].strip().startswith(f"{place}/app:1  pam_faillock.so answers success  (user: ")
    assert lines[3].strip() == f"{place}/app:2  pam_unix.so answers auth_err  (secret: wrong)"


def test_claims_that_hold_are_said_to(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(place, "good") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:9] for line in lines] == ["good", *["  holds  "] * 3]


def test_that_nobody_can_get_in_has_no_run_to_show(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, "other", "--claim", "root-can-get-in") == 1
    assert capsys.readouterr().out.splitlines()[-1].strip() == "no run of the policy does"


def test_a_proof_names_the_modules_that_nobody_knows(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app").write_text("auth required pam_nobodys.so\n")
    assert _run(place, "app", "--claim", "no-grant-without-proof") == 0
    assert "rests on `pam_nobodys`, of which nothing" in capsys.readouterr().out


def test_any_module_can_be_claimed_to_be_needed(place: Path) -> None:
    assert _run(place, "good", "--claim", "needs-pam_unix") == 0
    assert _run(place, "good", "--claim", "needs-pam_oath") == 1


def test_all_services_are_those_with_a_policy(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app.dpkg-old").write_text("nonsense\n")
    assert _run(place, "--all", "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert {each["service"] for each in document["results"]} == {"app", "good", "other"}


def test_the_document_has_the_run_step_by_step(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(place, "app", "--json", "--claim", "wrong-password-never-grants")
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert (result["holds"], result["claim"]) == (False, "wrong-password-never-grants")
    assert [(step["line"], step["module"], step["answer"]) for step in result["run"]] == [
        (1, "pam_faillock.so", "success"),
        (2, "pam_unix.so", "auth_err"),
    ]


def test_the_claims_there_are_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--claims"]) == 0
    assert "no-blank-password: nobody is let in with an empty password" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "no service is named"),
        (("good", "--claim", "no-blank-pasword"), "did you mean `no-blank-password`?"),
        (("good", "--claim", "xyzzy"), "`pamkit verify --claims` lists them"),
        (("../good",), "is no service name"),
    ],
)
def test_what_cannot_be_judged_is_said(
    place: Path, words: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, *words) == 2
    assert why in capsys.readouterr().err


def test_a_place_without_policies_has_no_services(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--all", "--root", str(tmp_path)]) == 2
    assert "no service is named" in capsys.readouterr().err


def test_a_policy_of_too_many_lines_is_said_to_be(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pamkit.analysis.explore.MOST", 1)
    assert _run(place, "app") == 2
    assert "too many lines to look at" in capsys.readouterr().err
