"""The example of `docs/formatting.md` is what the formatter makes."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from pamkit.cli.main import main
from pamkit.policy.dialect import DEBIAN
from pamkit.policy.parser import parse
from pamkit.policy.printer import formatted
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "formatting.md").read_text(encoding="utf-8")
COMMANDS, BEFORE, AFTER, SAID = re.findall(r"^```\n(.*?)^```$", PAGE, re.M | re.S)


def test_the_example_is_what_the_formatter_makes() -> None:
    assert formatted(parse(BEFORE, "su", DEBIAN), DEBIAN) == AFTER
    assert "\t" in BEFORE


def test_the_columns_are_where_the_page_says() -> None:
    line = formatted(parse("auth required x.so a\n", "f")).rstrip("\n")
    columns = [match.start() + 1 for match in re.finditer(r"\S+", line)]
    assert columns == [1, 11, 21, 45]
    assert "columns 1, 11 and 21, options in column 45" in PAGE
    conf = formatted(parse("su auth required x.so a\n", "f", with_service=True)).rstrip("\n")
    assert [match.start() - 9 for match in re.finditer(r"\S+", conf)][1:] == columns


def test_what_is_said_of_the_example_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pam.d").mkdir()
    (tmp_path / "pam.d" / "su").write_text(BEFORE)
    monkeypatch.chdir(tmp_path)
    assert main(["fmt", "--check", "pam.d"]) == 1
    assert capfd.readouterr().err == SAID
    assert main(["fmt", os.path.join("pam.d", "su")]) == 0
    assert (tmp_path / "pam.d" / "su").read_text() == AFTER


@pytest.mark.parametrize(
    "command", [line.partition("#")[0].strip() for line in COMMANDS.splitlines()]
)
def test_a_command_of_the_page_has_the_options_it_shows(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(command)
    assert words[:2] == ["pamkit", "fmt"]
    assert main(["fmt", "--help"]) == 0
    text = capsys.readouterr().out
    assert [word for word in words if word.startswith("--") and word not in text] == []
