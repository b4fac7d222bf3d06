"""The page of the doors knows every command, setting, library and program."""

from __future__ import annotations

import argparse
import re

import pytest

from pamkit.assembly import quirks_named
from pamkit.cli.native_arguments import add_native
from pamkit.doors.settings import DEFAULT, MODES, Settings, parse_settings
from pamkit.doors.start import SETTINGS_PATH
from pamkit.native.recipe import LIBRARIES
from pamkit.policy.dialect import DIALECTS
from tests.conftest import ROOT
from tests.native.programs.inside import PROGRAMS

PAGE = (ROOT / "docs" / "doors.md").read_text(encoding="utf-8")


def _tasks() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command of `pamkit native`."""
    commands = argparse.ArgumentParser().add_subparsers()
    add_native(commands)
    native = commands.choices["native"]
    assert isinstance(native, argparse.ArgumentParser)
    found = [action.choices for action in native._actions if action.dest == "task"]
    return dict(found[0] or {})


TASKS = _tasks()


def _row(task: str) -> str:
    found = re.search(rf"^\| `pamkit native {task}` \| (.*)$", PAGE, re.M)
    return "" if found is None else found[1]


@pytest.mark.parametrize("task", TASKS)
def test_every_command_is_described_with_its_options(task: str) -> None:
    assert _row(task) != ""
    options = {word for action in TASKS[task]._actions for word in action.option_strings}
    missing = options.difference({"-h", "--help"}, re.findall(r"--[a-z-]+", _row(task)))
    assert missing == set()


def test_no_command_is_described_that_is_not_there() -> None:
    named = set(re.findall(r"pamkit native ([a-z]+)", PAGE))
    assert named.difference(TASKS) == set()


def test_the_example_of_the_settings_says_everything_that_can_be_said() -> None:
    block = next(
        text for text in re.findall(r"^```\n(.*?)^```$", PAGE, re.M | re.S) if "dialect =" in text
    )
    said = parse_settings(block, SETTINGS_PATH)
    for got, usual in (
        (said, DEFAULT),
        (said.preference.changed(mode="native"), DEFAULT.preference),
    ):
        same = [name for name in type(got)._fields if getattr(got, name) == getattr(usual, name)]
        assert same == []
    assert said.dialect in DIALECTS
    assert quirks_named(said.quirks or ()) != frozenset()
    assert _keys(block) == {"dialect", "quirks", "modules", "modules in", "modules for", "sessions"}


def _keys(block: str) -> set[str]:
    """Return the settings of a block, each shown to be one by its line alone."""
    keys = set()
    for line in block.splitlines():
        assert isinstance(parse_settings(line, SETTINGS_PATH), Settings)
        keys.add(" ".join(line.partition("=")[0].split()[:2]))
    return keys


def test_every_mode_has_a_row() -> None:
    assert [mode for mode in MODES if f"| `{mode}` |" not in PAGE] == []


def test_every_library_and_the_file_of_settings_are_named() -> None:
    names = [row.file for row in LIBRARIES] + [SETTINGS_PATH]
    assert [name for name in names if f"`{name}`" not in PAGE] == []


def test_every_program_that_is_tried_is_named() -> None:
    rows = PAGE.partition("## What runs unchanged")[2].partition("## ")[0]
    words = set(re.findall(r"\w+", rows))
    assert [name for name in PROGRAMS if name not in words and f"{name}d" not in words] == []
