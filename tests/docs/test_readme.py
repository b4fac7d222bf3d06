"""The examples of the README, run in the root directory of the demo."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

import pamkit
import pamkit.aio
from pamkit.cli.main import main
from pamkit.demo.root import temporary
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.M | re.S)
COMMANDS = re.findall(r"^(pamkit [^#\n]+?) +#", README, re.M)

PRINTED = [
    ["alice {'EDITOR': 'vi', 'LANG': 'C.UTF-8'}"],
    ["AUTH_ERR - authentication failure: check the user name and the password"],
    ["alice is in"],
    ["2001 /home/alice /bin/sh"],
    ["welcome, alice"],
]


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The demo's root, where a program that says nothing else finds all its files."""
    with temporary() as directory:
        below: dict[str, Any] = {"root": directory}
        monkeypatch.setattr(pamkit, "login", partial(pamkit.login, **below))
        monkeypatch.setattr(pamkit, "Transaction", partial(pamkit.Transaction, **below))
        monkeypatch.setattr(pamkit.aio, "Transaction", partial(pamkit.aio.Transaction, **below))
        yield directory


@pytest.mark.needs("libcrypt")
@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_an_example_does_what_the_text_says(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(BLOCKS[number], f"README.md, example {number}", "exec"), {})  # noqa: S102  # ours
    printed = capsys.readouterr().out.splitlines()
    assert PRINTED[number] == printed[:1]


@pytest.mark.needs("libcrypt")
@pytest.mark.usefixtures("root")
def test_the_example_of_a_refusal_names_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    exec(BLOCKS[1], {})  # noqa: S102  # an example of ours
    lines = capsys.readouterr().out.splitlines()[1:]
    assert any("pam_unix.so answered 7" in line for line in lines)


def test_every_example_is_run_and_every_command_is_known() -> None:
    assert (len(BLOCKS), len(COMMANDS)) == (5, 25)
    known = [shlex.split(command)[1] for command in COMMANDS]
    users, tools = (
        ["userdb", "userdb"],
        [
            "run",
            "run",
            "doc",
            "doc",
            "explain",
            "explain",
            "check",
            "check",
            "verify",
            "diff",
            "simulate",
            "test",
            "report",
            "fleet",
            "fmt",
            "translate",
            "faillock",
            "sessions",
            "last",
            "login",
            "demo",
        ],
    )
    assert known == [*users, *tools, "native", "native"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_has_the_options_it_shows(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, verb, *rest = shlex.split(command)
    assert main([verb, "--help"]) == 0
    text = capsys.readouterr().out
    assert [word for word in rest if word.startswith("--") and word not in text] == []


def test_the_page_of_the_readme_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doc", "pam_unix"]) == 0
    assert "pam_unix" in capsys.readouterr().out


def test_every_public_name_in_the_readme_is_there() -> None:
    named = set(re.findall(r"\bpamkit\.([A-Za-z]\w*)", "\n".join(BLOCKS)))
    assert [name for name in sorted(named) if not hasattr(pamkit, name)] == []
