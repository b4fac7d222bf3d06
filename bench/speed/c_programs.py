"""Programs in C that are measured beside pamkit, and need the headers of libpam."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from bench.speed.build import SOURCES, CannotBuild

if TYPE_CHECKING:
    from pathlib import Path


def c_program(name: str, into: Path, *libraries: str) -> str:
    """Build `c/NAME.c` below a directory; return the program.  Raises `CannotBuild`."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise CannotBuild(f"{name}.c: there is no C compiler called cc")
    program = str(into / name)
    flags = ("-std=gnu11", "-D_GNU_SOURCE", "-O2", "-pthread", "-rdynamic")
    command = [compiler, *flags, str(SOURCES / f"{name}.c"), "-o", program, *libraries]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotBuild(f"{name}.c: {done.stderr.strip().partition(chr(10))[0]}")
    return program
