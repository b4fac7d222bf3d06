"""The page about claims says what there is, and shows what is printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pamkit.analysis.circumstance import VALUES
from pamkit.analysis.claim_names import EVERY, FAMILIES
from pamkit.analysis.claims import CLASSES
from pamkit.cli.main import main
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")


def test_the_circumstances_of_the_page_are_those_there_are() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|$", PAGE, re.M)
    told = {name: tuple(re.findall(r"`(\w+)`", text)) for name, text in rows}
    assert told == VALUES


def test_the_example_of_the_page_is_what_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n"
    (tmp_path / "app").write_text(policy)
    words = ["app", "--claim", "wrong-password-never-grants", "--confdir", str(tmp_path)]
    assert main(["verify", *words, "--dialect", "linux"]) == 1
    printed = capsys.readouterr().out.replace(str(tmp_path), "/etc/pam.d")
    assert printed in PAGE


def test_the_claims_of_the_page_are_those_there_are() -> None:
    rows = re.findall(r"^\| (`[a-zA-Z-]+`(?:, `[a-zA-Z-]+`)*) \|", PAGE, re.M)
    told = {name for row in rows for name in re.findall(r"`([a-zA-Z-]+)`", row)}
    families = {start + "MODULE" for start in FAMILIES}
    of_classes = {f"CLASS-{rest}" for rest in _OF_CLASSES}
    alone = {name for name in EVERY if name.partition("-")[2] not in _OF_CLASSES}
    assert told - VALUES.keys() == families | of_classes | alone
    listed = re.search(r"`CLASS` is one of (.*)\.", PAGE)
    assert listed is not None
    assert tuple(re.findall(r"`(\w+)`", listed[1])) == CLASSES


_OF_CLASSES = ("can-get-in", "can-never-get-in", "can-log-in", "never-logs-in")


@pytest.mark.parametrize("line", re.findall(r"^pamkit (\w+ .*?)(?: +#.*)?$", PAGE, re.M))
def test_a_command_of_the_page_has_the_options_it_shows(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verb, *words = line.split()
    assert main([verb, "--help"]) == 0
    text = capsys.readouterr().out
    assert [word for word in words if word.startswith("--") and word not in text] == []
