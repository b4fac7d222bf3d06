"""Our libpam.so.0 under C programs, beside the system's: what `bench/doors.py` measures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.speed.benchmark import Benchmark, Figure, Judged, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.speed.benchmark import Effort

_PROGRAM = Path(__file__).resolve().parents[2] / "doors.py"
_GROUPS = {"ms": "whole processes", "ns": "one call, when all is there", "kB": "memory"}

_START = "start, authenticate, end"
_IDLE = "linked, never called"
_PASSWORD = "password (yescrypt), as sshd"
_ITEM = "pam_get_item"
_PRIVATE = "private memory"
_GROWTH = "growth in the second half of them"


def _measure(effort: Effort) -> Iterable[Row | str]:
    rounds, count = (10, 400) if effort.is_quick else (10 * effort.rounds, 4000)
    how = ("--json", "--rounds", str(rounds), "--count", str(count))
    done = subprocess.run(
        [sys.executable, str(_PROGRAM), *how], capture_output=True, text=True, check=False
    )
    for line in done.stderr.splitlines():
        if line.startswith("left out: "):
            yield line.removeprefix("left out: ")
    if done.returncode or not done.stdout:
        yield f"the rest: {_PROGRAM.name} ends with {done.returncode}"
        return
    seen: set[str] = set()
    for figure in json.loads(done.stdout):
        name = figure["name"]
        if name in seen:  # the growth, of logins on one handle and on many
            name += ", a handle for each"
        seen.add(name)
        yield from _rows(figure, name)


def _rows(figure: dict[str, Any], name: str) -> Iterable[Row]:
    group = _GROUPS[figure["unit"]]
    for peer, middle, least in (
        ("C", figure["stock"], figure["stock_least"]),
        ("pamkit", figure["ours"], figure["ours_least"]),
    ):
        yield Row(group, name, peer, figure["unit"], middle, least, figure["samples"], figure["n"])


def _judged(
    says: str,
    unit: str,
    name: str,
    *,
    at_most: float,
    is_absolute: bool = False,
) -> Judged:
    group = _GROUPS[unit]
    beside = () if is_absolute else (Figure(group, name, "C"),)
    return Judged(says, (Figure(group, name, "pamkit"),), beside, at_most=at_most)


_ACCOUNT = """\
The same C programs with one library and with the other. Ours holds a Python interpreter, which
starts at the first call of the process. The system's maps its modules and reads its policies
instead, and does so again for each transaction.

A first login costs some milliseconds more than with the system's library: making the interpreter
and the classes of some seventy frozen modules. A program that never calls the library pays nothing.
A login with a password takes as long as its hash, and Debian's pam_unix computes that twice.

The physical limits: an interpreter cannot start in no time, and a call through it cannot cost less
than reading a few fields in C. What is private in memory is the interpreter's own.
"""

BENCHMARK = Benchmark(
    name="doors",
    title="C programs on our libpam.so.0",
    order=70,
    measure=_measure,
    account=_ACCOUNT,
    judged=(
        _judged("a whole first login", "ms", _START, at_most=9),
        _judged("a program that never calls", "ms", _IDLE, at_most=1.05),
        _judged("a login with a password", "ms", _PASSWORD, at_most=1.2),
        _judged("pam_get_item", "ns", _ITEM, at_most=300, is_absolute=True),
        _judged("private memory", "kB", _PRIVATE, at_most=3072, is_absolute=True),
        _judged("growth over many logins", "kB", _GROWTH, at_most=64, is_absolute=True),
    ),
)
