"""The page about tests of policies shows what is printed, and names all that can be said."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pamkit.cli import policy_tests_file
from pamkit.cli.main import main
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "policy-tests.md").read_text(encoding="utf-8")
COMMANDS, FILE, PRINTED, MISTAKE = re.findall(r"^```(?:toml)?\n(.*?)^```$", PAGE, re.M | re.S)

POLICY = """auth required pam_faillock.so preauth
auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
account required pam_nologin.so
account required pam_unix.so
session required pam_unix.so
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pam.d").mkdir()
    (tmp_path / "pam.d" / "app").write_text(POLICY)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_table_is_what_is_printed(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (place / "login.toml").write_text(FILE)
    assert main(["test", "--plain", "login.toml"]) == 1
    assert capfd.readouterr().out == PRINTED


def test_the_mistake_is_what_is_printed(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (place / "login.toml").write_text(FILE.replace('"wrong"', '"wrng"'))
    assert main(["test", "login.toml"]) == 2
    assert capfd.readouterr().err == MISTAKE


def test_the_keys_are_those_there_are() -> None:
    rows = re.findall(r"^\| `\[\[(\w+)\]\]` \| (.*?) \|$", PAGE, re.M)
    told = {name: tuple(re.findall(r"`(\w+)`", text)) for name, text in rows}
    assert told == policy_tests_file.KEYS


@pytest.mark.parametrize(
    "command", [line.partition("#")[0].strip() for line in COMMANDS.splitlines()]
)
def test_a_command_of_the_page_has_the_options_it_shows(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(command)
    assert words[:2] == ["pamkit", "test"]
    assert main(["test", "--help"]) == 0
    text = capsys.readouterr().out
    assert [word for word in words if word.startswith("--") and word not in text] == []
