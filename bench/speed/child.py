"""Programs that measure something and print it: started with little around them, and waited for."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from bench.speed.worker import CannotDo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LONGEST = 300.0
"""Seconds that a child may take."""


def printed(
    command: Iterable[str],
    *,
    given: str = "",
    settings: Mapping[str, str] | None = None,
    errors: bool = False,
) -> str:
    """Return what a program prints, or with ``errors`` what it complains; it has to succeed.

    It finds this pamkit, and sees no variables but PATH and ``settings``; it is ``given`` a text to
    read.  Raises `CannotDo` with its last words.
    """
    ways = os.pathsep.join(filter(None, sys.path))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": ways, **(settings or {})}
    try:
        done = subprocess.run(
            list(command),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=_LONGEST,
        )
    except subprocess.TimeoutExpired:
        raise CannotDo(f"it took more than {_LONGEST:g} seconds") from None
    if done.returncode:
        raise CannotDo(done.stderr.rstrip().rpartition("\n")[2] or f"status {done.returncode}")
    return done.stderr if errors else done.stdout
