"""How long lint and claims take: a cold start on policies as they are shipped, and a whole fleet.

Cold: `pamkit check` and `pamkit verify --all` in fresh processes, on policies of distributions.
Fleet: machines whose policies are drawn from those, with files left out and lines changed, judged
by `analysis.fleet` in two processes.  Text: how long a mebibyte of anything takes to be read.

The policies are not part of the project: ``--policies DIR`` names a directory with a root for each
distribution (`DIR/debian-server-a/etc/pam.d/...`).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.default_claims import default_claims
from pamkit.analysis.fleet import Fleet
from pamkit.analysis.surroundings import Mode
from pamkit.cli.declarations import declarations
from pamkit.cli.fleet_hosts import settle
from pamkit.policy.dialect import DEBIAN, LINUX
from pamkit.policy.parser import parse
from pamkit.policy.source import Outcome, Reading

ROOTS = ("debian-server-a", "centos7-server", "complianceascode-bases/rhel9")
IMAGES = 200
"""Kinds of machines: a distribution, the services it has, the lines that a site has changed."""

DRIFTED = 0.02
"""Machines on which somebody has changed a file of their own."""

PROCESSES = 2
_PLACE = "/etc/pam.d"
_MISSING = Reading(Outcome.MISSING, reason="no such file")


def main() -> int:
    """Run the benchmark; print tables, or JSON with ``--json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policies", type=Path, default=Path(os.environ.get("PAMKIT_CORPUS", "")))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hosts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    roots = [wanted.policies / root for root in ROOTS]
    if not all((root / "etc/pam.d").is_dir() for root in roots):
        print("left out: analysis: there are no policies; name some: --policies DIR")
        return 0
    figures = {
        "cold": _cold(roots, wanted.rounds),
        "text": _text(wanted.rounds),
        "fleet": _fleet(roots, wanted.hosts, wanted.seed),
    }
    if wanted.json:
        print(json.dumps(figures, indent=2))
    else:
        _print(figures, wanted.rounds)
    return 0


# --- a cold start --------------------------------------------------------------------------------


def _cold(roots: list[Path], rounds: int) -> dict[str, dict[str, float]]:
    """Return the median seconds of both commands, and of CPU, rounds interleaved."""
    commands = {"check": ["check"], "verify": ["verify", "--all", "--root"]}
    seen: dict[str, dict[str, list[tuple[float, float]]]] = {
        root.name: {name: [] for name in commands} for root in roots
    }
    for _ in range(rounds):
        for root in roots:
            for name, arguments in commands.items():
                seen[root.name][name].append(_started([*arguments, str(root)]))
    figures = {}
    for root in roots:
        row: dict[str, float] = {"files": len(list((root / "etc/pam.d").iterdir()))}
        for name, took in seen[root.name].items():
            row[name] = statistics.median(wall for wall, _ in took)
            row[f"{name}_cpu"] = statistics.median(cpu for _, cpu in took)
        figures[root.name] = row
    return figures


def _started(arguments: list[str]) -> tuple[float, float]:
    """Return the seconds, and the seconds of CPU, that a command takes in a fresh process."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "pamkit", *arguments]
    # What is installed has its bytecode beside it.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return time.perf_counter() - start, used.ru_utime + used.ru_stime


# --- a megabyte of anything ----------------------------------------------------------------------

_LINES = {
    "a good line": "auth required pam_unix.so try_first_pass\n",
    "a comment": "# a comment\n",
    "a word": "a\n",
    "nothing": "\n",
    "a continued word": "a \\\n",
    "carriage returns": "\r\n",
    "NUL bytes": "\0\n",
    "a bracket": "[",
}


def _text(rounds: int) -> dict[str, float]:
    """Return the median seconds that a file of a mebibyte takes, by what it repeats."""
    seen: dict[str, list[float]] = {name: [] for name in _LINES}
    for _ in range(rounds):
        for name, line in _LINES.items():
            text = (line * (2**20 // len(line) + 1))[: 2**20]
            start = time.perf_counter()
            parse(text, "file")
            seen[name].append(time.perf_counter() - start)
    return {name: statistics.median(took) for name, took in seen.items()}


# --- a fleet -------------------------------------------------------------------------------------


class Machine:
    """A source in memory; texts that are equal are one object, as they are in a real reader."""

    def __init__(self, files: dict[str, Reading]) -> None:
        """Have ``files`` by name, in the order of their names."""
        self._files = files

    def read(self, path: str) -> Reading:
        """Return a file of the directory of policies."""
        directory, _, name = path.rpartition("/")
        return self._files.get(name, _MISSING) if directory == _PLACE else _MISSING

    def is_directory(self, path: str) -> bool:
        """Whether it is the directory of policies."""
        return path == _PLACE

    def names(self, directory: str) -> tuple[str, ...]:
        """Return the names of the policies."""
        return tuple(self._files) if directory == _PLACE else ()

    def mode(self, _: str) -> Mode | None:
        """Nobody knows."""
        return None


class _Image:
    """A kind of machine: its files, and what else may become of each."""

    def __init__(self, root: Path, chance: random.Random, readings: dict[str, Reading]) -> None:
        self.dialect = DEBIAN if root.name.startswith("debian") else LINUX
        names = sorted(path.name for path in (root / "etc/pam.d").iterdir() if path.is_file())
        left_out = set(chance.sample(names, k=len(names) // 8))
        self.readings = readings
        self.files: dict[str, Reading] = {}
        for name in names:
            if name in left_out and not _is_included(name):
                continue
            text = (root / "etc/pam.d" / name).read_bytes().decode("utf-8", "surrogateescape")
            if chance.random() < 0.1:
                text = _changed(text, chance)
            self.files[name] = self._reading(text)

    def machine(self, chance: random.Random) -> Machine:
        """Return a machine of the kind; some differ in a file or two."""
        files = dict(self.files)
        if chance.random() < DRIFTED:
            for name in chance.sample(list(files), k=chance.choice((1, 1, 2))):
                files[name] = self._reading(_changed(files[name].text, chance))
        return Machine(files)

    def _reading(self, text: str) -> Reading:
        return self.readings.setdefault(text, Reading(Outcome.READ, text, ""))


def _drawn_from(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # the same machines every time, not secrets


def _is_included(name: str) -> bool:
    return name.startswith(("common-", "system-auth", "password-auth", "postlogin", "other"))


_WORDS = ("nullok", "debug", "deny=3", "remember=5", "minlen=14", "use_first_pass", "nulok")
_SITES = tuple(f"# site {number}\n" for number in range(12))


def _changed(text: str, chance: random.Random) -> str:
    """Return a policy with one small change, as people make them."""
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines)) if lines else 0
    kind = chance.randrange(4)
    if kind == 0 or not lines:
        return chance.choice(_SITES) + text
    if kind == 1:
        lines[at] = lines[at].rstrip("\n") + f" {chance.choice(_WORDS)}\n"
    elif kind == 2:
        del lines[at]
    else:
        lines[at] = f"#{lines[at]}"
    return "".join(lines)


def _fleet(roots: list[Path], hosts: int, seed: int) -> dict[str, Any]:
    """Judge a fleet in two processes; machines of one kind go to one of them."""
    start = time.perf_counter()
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        parts = pool.starmap(
            _judged, [(roots, hosts, seed, number) for number in range(PROCESSES)], chunksize=1
        )
    took = time.perf_counter() - start
    summed = {key: sum(part[key] for part in parts) for key in parts[0]}
    return {"hosts": hosts, "processes": PROCESSES, "seconds": took, **summed}


def _judged(roots: list[Path], hosts: int, seed: int, part: int) -> dict[str, float]:
    """Judge the machines of every second kind; return counts."""
    settle()
    readings: dict[str, Reading] = {}
    images: dict[int, _Image] = {}
    fleet = Fleet(
        chosen(rule_files()), lambda service: default_claims(service.name), declarations()
    )
    trees: set[int] = set()
    kept = []
    findings = broken = judged = files = 0
    making = 0.0
    picked = _drawn_from(seed)
    for number in range(hosts):
        # Few kinds have many machines, many have few.
        kind = min(int(picked.paretovariate(0.6)) - 1, IMAGES - 1)
        if kind % PROCESSES != part:
            continue
        before = time.perf_counter()
        if kind not in images:
            images[kind] = _Image(roots[kind % len(roots)], _drawn_from(seed + kind), readings)
        image = images[kind]
        machine = image.machine(_drawn_from(seed * hosts + number))
        making += time.perf_counter() - before
        judgement = fleet.judged(machine, image.dialect)
        if id(judgement) not in trees:
            trees.add(id(judgement))
            kept.append(judgement)
        judged += 1
        files += judgement.files
        findings += len(judgement.findings)
        broken += len(judgement.broken)
    return {
        "judged": judged,
        "files": files,
        "texts": len(readings),
        "trees": len(trees),
        "findings": findings,
        "broken": broken,
        "seconds_making": making,
        "cpu": time.process_time(),
        "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


# --- tables --------------------------------------------------------------------------------------


def _print(figures: dict[str, Any], rounds: int) -> None:
    print(f"cold start, seconds, median of {rounds}\n")
    columns = ("check", "verify", "check_cpu", "verify_cpu")
    print(f"{'policies':<20}{'files':>8}" + "".join(f"{name:>12}" for name in columns))
    for name, row in figures["cold"].items():
        cells = "".join(f"{row[column]:>12.2f}" for column in columns)
        print(f"{name:<20}{row['files']:>8}{cells}")
    print(f"\na file of a mebibyte, seconds, median of {rounds}\n")
    for name, took in figures["text"].items():
        print(f"{name:<20}{took:>8.2f}")
    fleet = figures["fleet"]
    print(
        f"\na fleet of {fleet['hosts']} machines, {IMAGES} kinds, {DRIFTED:.0%} changed by hand:\n"
        f"{fleet['seconds']:.1f} s in {fleet['processes']} processes; {fleet['cpu']:.1f} s of CPU,"
        f" {fleet['seconds_making']:.1f} of them to make it up; {fleet['mebibytes']:.0f} MiB\n"
        f"{fleet['files']} files with {fleet['texts']} texts, {fleet['trees']} trees,"
        f" {fleet['findings']} findings, {fleet['broken']} broken claims"
    )


if __name__ == "__main__":
    sys.exit(main())
