"""The program itself, as a shell starts it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pamkit.demo.root import build

PAMKIT = [sys.executable, "-m", "pamkit"]


@pytest.mark.parametrize("closed", [(1,), (2,), (1, 2), (0, 1, 2)])
def test_without_standard_streams_no_prompt_is_written_into_a_file(
    tmp_path: Path, closed: tuple[int, ...]
) -> None:
    build(str(tmp_path))

    def close() -> None:
        for descriptor in closed:
            os.close(descriptor)

    command = ["run", "login", "--user", "alice", "--root", str(tmp_path), "--plain"]
    done = subprocess.run(
        [*PAMKIT, *command], input=b"correct horse\n", preexec_fn=close, check=False
    )
    assert done.returncode == (1 if 0 in closed else 0)
    for path in (tmp_path / "etc").iterdir():
        if path.is_file():
            assert b"Password:" not in path.read_bytes()


def test_an_interrupt_while_it_is_still_loading_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from pamkit.cli import entry

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "_open_standard_streams", interrupted)
    assert entry.main() == 130


def test_the_program_returns_what_the_command_line_returns() -> None:
    ran: Callable[..., int] = subprocess.call
    assert ran([*PAMKIT, "doc", "nothing-like-it"], stderr=subprocess.DEVNULL) == 2
