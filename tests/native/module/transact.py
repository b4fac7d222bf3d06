"""Policies that name modules in Python, played under the system's libpam and under ours."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.native.built import PLACE, built_libraries

HERE = Path(__file__).resolve().parent
THEIRS, OURS = "the system's", "pamkit's"


@cache
def driver() -> Path:
    """Return the driver, compiled once."""
    place = Path(tempfile.mkdtemp(prefix="pamkit-driver-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    made = place / "driver"
    flags = ("-O1", "-Wall", "-Wextra", "-Werror", "-pthread")
    source = str(HERE / "driver.c")
    subprocess.run(["cc", *flags, source, "-o", str(made), "-l:libpam.so.0"], check=True)
    place.chmod(0o755)
    return made


class Place:
    """A directory of root's, where modules in Python are trusted; policies lie in it as well."""

    def __init__(self, path: Path) -> None:
        """Use a directory that nobody but root can write, nor any above it."""
        self.path = path
        self.policies = path / "pam.d"
        self.policies.mkdir()
        (self.policies / "other").write_text("")

    def file(self, text: str, name: str = "pam_mine.py") -> Path:
        """Write a module."""
        path = self.path / name
        path.write_text(text)
        path.chmod(0o644)
        return path

    def policy(self, *lines: str, service: str = "app") -> None:
        """Write the policy; a line without a facility is one for all four."""
        facilities = ("auth", "account", "password", "session")
        text = "".join(
            f"{line}\n"
            if line.startswith(facilities)
            else "".join(f"{facility} required {line}\n" for facility in facilities)
            for line in lines
        )
        (self.policies / service).write_text(text)

    def play(
        self,
        libpam: str,
        *operations: str,
        answers: str = "",
        user: str = "alice",
        service: str = "app",
        environment: dict[str, str] | None = None,
        wrapper: tuple[str, ...] = (),
    ) -> list[str]:
        """Play a transaction; return the lines of the driver."""
        variables = {"PATH": os.defpath, "LC_ALL": "C", **(environment or {})}
        if libpam == OURS:
            variables["LD_LIBRARY_PATH"] = str(built_libraries())
        words = [str(driver()), str(self.policies), service, user, answers, *operations]
        done = subprocess.run(
            [*wrapper, *words],
            capture_output=True,
            text=True,
            timeout=60,
            env=variables,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout.splitlines()


def module() -> Path:
    """Return the shared object that serves modules in Python."""
    return built_libraries() / "pam_pamkit.so"


@pytest.fixture
def place() -> Iterator[Place]:
    """Give a place that only root can write."""
    base = PLACE / f"pamkit-tests-{os.geteuid()}"
    base.mkdir(parents=True, exist_ok=True, mode=0o755)
    path = Path(tempfile.mkdtemp(prefix="module-", dir=base))
    path.chmod(0o755)
    yield Place(path)
    shutil.rmtree(path)
