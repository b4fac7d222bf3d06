"""The page about explaining shows what is printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pamkit.cli.main import main
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")
COMMANDS, POLICY, WORDS, RUN = re.findall(r"^```\n(.*?)^```$", PAGE, re.M | re.S)


def _printed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    *words: str,
) -> str:
    (tmp_path / "app").write_text(POLICY)
    (tmp_path / "other").write_text("auth required pam_deny.so\n")
    monkeypatch.setenv("COLUMNS", "80")
    place = ("--confdir", str(tmp_path), "--dialect", "linux", "--plain")
    assert main(["explain", "app", *place, *words]) == 0
    return capfd.readouterr().out


def test_the_words_are_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    printed = _printed(tmp_path, monkeypatch, capfd, "--facility", "auth")
    assert printed.partition("\n\n")[2] == WORDS


def test_the_reasons_are_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _printed(tmp_path, monkeypatch, capfd, "--given", "secret=wrong") == RUN


@pytest.mark.parametrize(
    "command", [line.partition("#")[0].strip() for line in COMMANDS.splitlines()]
)
def test_a_command_of_the_page_has_the_options_it_shows(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(command)
    assert words[:2] == ["pamkit", "explain"]
    assert main(["explain", "--help"]) == 0
    text = capsys.readouterr().out
    assert [word for word in words if word.startswith("--") and word not in text] == []
