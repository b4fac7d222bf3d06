import os
from pathlib import Path

import pytest

from pamkit.native.place import build_directory

from .conftest import Command


def test_a_task_must_be_named_and_exist(command: Command) -> None:
    ran = command("native")
    assert (ran.status, ran.out) == (2, "")
    assert "pamkit: expected `task`" in ran.err
    ran = command("native", "biuld")
    assert ran.status == 2
    assert "there is no task `biuld`\nhelp: did you mean `build`?" in ran.err


@pytest.mark.parametrize("task", ["build", "path", "check", "install", "try", "wheel"])
def test_each_task_explains_itself(command: Command, task: str) -> None:
    ran = command("native", task, "--help")
    assert (ran.status, ran.err) == (0, "")
    assert f"usage: pamkit native {task}" in ran.out


def test_an_unknown_library_is_named_with_the_one_that_was_meant(command: Command) -> None:
    ran = command("native", "build", "--only", "libpam.so.1")
    assert (ran.status, ran.out) == (2, "")
    assert "there is no library `libpam.so.1`\nhelp: did you mean `libpam.so.0`?" in ran.err


@pytest.mark.needs("cc")
def test_a_library_is_built_where_it_is_wanted(command: Command, tmp_path: Path) -> None:
    ran = command("native", "build", "--only", "libpamc.so.0", "--into", str(tmp_path))
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == f"{tmp_path}/libpamc.so.0\n"


def test_a_missing_compiler_is_said_with_a_way_to_get_it(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    ran = command("native", "build", "--into", str(tmp_path / "built"))
    assert (ran.status, ran.out) == (2, "")
    assert "pamkit: there is no C compiler" in ran.err
    assert "help: apt install gcc python3-dev" in ran.err
    assert not (tmp_path / "built").exists()


def test_where_nothing_is_built_the_way_to_it_is_said(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    where = build_directory(os.environ, uid=1000)
    ran = command("native", "path")
    assert (ran.status, ran.out) == (2, "")
    assert f"there are no native libraries in `{where}`\nhelp: run `pamkit native build`" in ran.err


def test_what_is_wrong_with_a_directory_is_shown_and_is_the_exit_status(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "libpam.so.0").write_bytes(b"words")
    ran = command("native", "check", "--plain", str(tmp_path))
    assert ran.status == 1
    assert f"    `{tmp_path}/libpam.so.0` is no 64-bit shared object\n" in ran.out


def test_a_trial_without_a_command_is_refused(command: Command, tmp_path: Path) -> None:
    for words in ((), ("--",)):
        ran = command("native", "try", "--from", str(tmp_path), *words)
        assert (ran.status, ran.out) == (2, "")
        assert "pamkit: expected a command" in ran.err


def test_a_prefix_of_the_system_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "usr/lib").mkdir(parents=True)
    ran = command(
        "native",
        "install",
        "--from",
        str(tmp_path),
        "--prefix",
        "/usr/lib",
        "--root",
        str(tmp_path),
    )
    assert (ran.status, ran.out) == (2, "")
    assert "programs look for libraries in `/usr/lib`" in ran.err
