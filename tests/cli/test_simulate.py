"""`pamkit simulate`: the policy walked, and no module asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pamkit.cli.main import main

POLICY = """auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
account required pam_nologin.so
account required pam_unix.so
session required pam_limits.so
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "app").write_text(POLICY)
    (tmp_path / "other").write_text("auth required pam_deny.so\n")
    return tmp_path


def _run(place: Path, *words: str) -> int:
    rest = ("--confdir", str(place), "--dialect", "linux", "--plain", *words)
    return main(["simulate", "app", *rest])


def test_on_an_ordinary_day_a_login_goes_through(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place) == 0
    assert "pam_unix.so" in capsys.readouterr().out


def test_a_wrong_password_is_refused_where_the_policy_says(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, "--given", "secret=wrong") == 1
    assert "refused: auth_err, decided at app:2 by pam_deny.so" in capsys.readouterr().out


def test_the_answer_of_a_module_can_be_said(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, "--set", "pam_unix.acct_mgmt=acct_expired") == 1
    assert "refused: acct_expired, decided at app:5" in capsys.readouterr().out


def test_a_password_that_is_due_is_changed_as_login_does(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app").write_text(POLICY + "password required pam_unix.so\n")
    assert _run(place, "--given", "due=yes") == 0
    lines = capsys.readouterr().out.splitlines()
    calls = [line.split()[0].rstrip(",") for line in lines if "  service `app`" in line]
    assert calls == [
        *("authenticate", "acct_mgmt", "chauthtok", "chauthtok"),
        *("setcred", "open_session", "close_session", "setcred"),
    ]
    # Each says which line decided.
    assert sum("decided at app:" in line for line in lines) == len(calls)


def test_it_answers_in_one_document_as_a_real_run_does(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, "--json", "--given", "nologin=yes", "--do", "authenticate,acct_mgmt") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["service"] == "app"
    assert "auth_err" in json.dumps(document)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--set", "pam_unix=no"), "`no` is no code"),
        (("--set", "pam_ldap=success"), "the policy of `app` does not name `pam_ldap`"),
        (("--given", "moon=full"), "expected NAME=VALUE"),
        (("--confdir", "/nowhere-at-all"), "there is no policy for the service `app`"),
    ],
)
def test_what_cannot_be_supposed_is_said(
    place: Path, words: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, *words) == 2
    assert why in capsys.readouterr().err


def test_a_module_can_answer_otherwise_the_second_time(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app").write_text("auth required pam_unix.so\nauth required pam_unix.so\n")
    words = ("--do", "authenticate", "--json", "--set")
    assert _run(place, *words, "pam_unix=success/auth_err") == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert [step["answer"] for step in run["steps"]] == ["success", "auth_err"]
