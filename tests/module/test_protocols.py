"""Files that hold protocols alone: what type checkers read, and a running program does not."""

from __future__ import annotations

import importlib

import pytest

_FILES = ("keys", "local_sockets", "mounts", "security_contexts", "terminal_filter")


@pytest.mark.parametrize("name", _FILES)
def test_a_file_of_protocols_has_nothing_at_run_time(name: str) -> None:
    module = importlib.import_module(f"pamkit.module.{name}")
    names = {name for name in vars(module) if not name.startswith("__")}
    assert names == {"annotations", "TYPE_CHECKING"}
