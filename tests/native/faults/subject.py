"""The library that is judged: where it is, and how one program is played against it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

PATIENCE = 30.0
"""Seconds after which a program counts as hung; each takes milliseconds."""

FINE, GRANTED, BROKEN = 0, 42, 43
"""Exit statuses of the drivers, as in ``driver.h``."""

CODE_BASE = 100
"""What a driver adds to a PAM code to make it an exit status."""

UNSTARTED = (125, 126, 127)
"""Exit statuses of a program that never began: `under`, and the loader."""


class Subject(NamedTuple):
    """A ``libpam.so.0`` to judge, and the things a driver needs beside it."""

    name: str
    directory: Path
    policies: Path
    control: str = ""

    @property
    def library(self) -> Path:
        """The file itself."""
        return self.directory / "libpam.so.0"

    def environment(self, **more: str) -> dict[str, str]:
        """Return what a driver finds in its environment: this library, and the policies."""
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LD_LIBRARY_PATH": str(self.directory),
            "FAULTS_POLICIES": str(self.policies),
            "FAULTS_CONTROL": self.control,
            **more,
        }


class Outcome(NamedTuple):
    """How a program ended: its status (None: it hung and was killed), and what it wrote."""

    status: int | None
    out: str
    err: str

    @property
    def granted(self) -> bool:
        """Whether somebody got in who must not."""
        return self.status in (GRANTED, CODE_BASE)

    @property
    def hung(self) -> bool:
        """Whether it had to be killed: by us, its own alarm, or its limit of processor time."""
        return self.status in (None, -signal.SIGALRM, -signal.SIGXCPU, -signal.SIGKILL)

    @property
    def crashed(self) -> bool:
        """Whether a signal ended it."""
        return self.status is not None and self.status < 0 and not self.hung

    @property
    def refused(self) -> bool:
        """Whether `transact` came to its end, and the answer was no."""
        return self.status is not None and CODE_BASE < self.status < CODE_BASE + 32

    @property
    def fault(self) -> str:
        """What is wrong, in words; empty when the program refused or never began."""
        if self.granted:
            return "granted"
        if self.hung:
            return "hung"
        if self.crashed:
            return f"crashed with signal {-(self.status or 0)}"
        if self.refused or self.status in (FINE, *UNSTARTED):
            return ""
        return f"ended with status {self.status}"


def play(
    subject: Subject,
    command: Sequence[object],
    *,
    stdin: str = "",
    patience: float = PATIENCE,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Outcome:
    """Run a program on a library to its end, or to the end of our patience."""
    with subprocess.Popen(
        [str(word) for word in command],
        env=subject.environment(**environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as running:
        try:
            out, err = running.communicate(stdin, timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            out, err = running.communicate()
            return Outcome(None, out, err)
    return Outcome(running.returncode, out, err)
