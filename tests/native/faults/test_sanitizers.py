"""The thin library built with the sanitizers, every function called with what nobody should."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.native.faults.building import HERE

NATIVE = ROOT / "src" / "pamkit" / "native" / "c"

FLAGS = (
    "-std=gnu11",
    "-g",
    "-O1",
    "-pthread",
    "-D_GNU_SOURCE",
    "-fno-omit-frame-pointer",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    f"-I{NATIVE / 'include'}",
    f"-I{NATIVE / 'libpam'}",
)


@pytest.mark.needs("cc", "sanitizers")
def test_the_sanitizers_find_nothing(tmp_path: Path) -> None:
    rooms = ("libpam", "opening")
    sources = [HERE / "sanitized.c", *(f for r in rooms for f in sorted((NATIVE / r).glob("*.c")))]
    made = tmp_path / "sanitized"
    command = ["cc", *FLAGS, *map(str, sources), "-o", str(made), "-ldl"]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (built.returncode, built.stderr) == (0, "")
    ended = subprocess.run([made], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
