"""Lint and claims: a cold command on one machine's policies, and a fleet of 100,000 machines."""

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

_PROGRAM = Path(__file__).resolve().parents[2] / "analysis.py"
_COLD, _TEXT, _FLEET = "a fresh process", "a file of a mebibyte", "a fleet"
_PEER = "pamkit"
_HOSTS, _QUICK_HOSTS = 100_000, 5_000
_SYSTEMS = {"debian-server-a": "Debian", "centos7-server": "CentOS 7", "rhel9": "RHEL 9"}
"""Whose policies they are, by the directory that they lie in."""

_JUDGED, _MEMORY = "{:,} machines judged", "memory of both processes"


def _measure(effort: Effort) -> Iterable[Row | str]:
    rounds = 2 if effort.is_quick else max(3, effort.rounds // 3)
    hosts = _QUICK_HOSTS if effort.is_quick else _HOSTS
    how = ("--json", "--rounds", str(rounds), "--hosts", str(hosts))
    done = subprocess.run(
        [sys.executable, str(_PROGRAM), *how], capture_output=True, text=True, check=False
    )
    if done.stdout.startswith("left out: "):
        yield done.stdout.removeprefix("left out: ").strip()
        return
    if done.returncode:
        yield f"all of it: {_PROGRAM.name} ends with {done.returncode}"
        return
    found = json.loads(done.stdout)
    for name, took in found["cold"].items():
        for command in ("check", "verify"):
            what = f"pamkit {command}, {_SYSTEMS.get(name, name)}"
            yield _row(_COLD, what, "s", took[command], rounds, n=int(took["files"]))
    for name, seconds in found["text"].items():
        yield _row(_TEXT, name, "s", seconds, rounds)
    yield from _fleet(found["fleet"])


def _fleet(fleet: dict[str, Any]) -> Iterable[Row]:
    hosts, seconds = int(fleet["hosts"]), float(fleet["seconds"])
    own = seconds - fleet["seconds_making"] / fleet["processes"]
    yield _row(_FLEET, _JUDGED.format(hosts), "s", seconds, 1, n=hosts)
    yield _row(_FLEET, "of that, without making them up", "s", own, 1, n=hosts)
    yield _row(_FLEET, "machines", "/s", hosts / own, 1, n=hosts)
    yield _row(_FLEET, "policies", "/s", fleet["files"] / own, 1, n=hosts)
    yield _row(_FLEET, _MEMORY, "MiB", fleet["mebibytes"], 1, n=hosts)
    for name in ("files", "texts", "trees", "findings", "broken"):
        yield _row(_FLEET, _COUNTS[name], "", fleet[name], 1, n=hosts)


_COUNTS = {
    "files": "files in all",
    "texts": "different texts",
    "trees": "different trees, each analysed once",
    "findings": "findings",
    "broken": "claims that do not hold",
}


def _row(group: str, name: str, unit: str, figure: float, rounds: int, *, n: int = 1) -> Row:
    return Row(group, name, _PEER, unit, figure, figure, rounds, n)


_ACCOUNT = """\
`pamkit check` and `pamkit verify --all` in fresh processes on policies as distributions ship them,
then machines that are drawn from those: 200 kinds, one machine in fifty changed by hand, in two
processes. No peer does this; there is nothing to take a ratio to.

A cold `check` spends most of its time in loading the rules, each a small file; the analysis of a
stock directory takes less. A fleet is cheap because equal texts are equal: a text is parsed once,
and a tree of policies is judged once for every machine that has it. What is left is comparing what
a machine has with what was seen. The physical limit, where the files lie on a disk, is reading
them: some 14,000 machines of 40 files a second.
"""

BENCHMARK = Benchmark(
    name="analysis",
    title="Lint and claims",
    order=80,
    measure=_measure,
    account=_ACCOUNT,
    yardstick="",
    judged=(
        Judged(
            "100,000 machines, seconds",
            (Figure(_FLEET, _JUDGED.format(_HOSTS), _PEER),),
            at_most=30,
        ),
        Judged(
            "memory is bounded, in MiB",
            (Figure(_FLEET, _MEMORY, _PEER),),
            at_most=1024,
        ),
        Judged(
            "a cold `pamkit check` of a stock directory, seconds",
            (Figure(_COLD, "pamkit check, Debian", _PEER),),
            at_most=1,
        ),
    ),
)
