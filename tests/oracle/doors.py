"""Plays random policies through two libpam.so.0, by a C program, and compares what it saw.

``python -m tests.oracle.doors --cases 1000000 --built`` from the project's root compares the
library built from this tree with the system's; ``--library DIR`` names another one; without
either it is the system's with itself.  Compared are all codes, and, in order, what native modules
were asked (primitive, flags, arguments, what the handle holds), what the library answered them,
the cleanups of their data, the messages to the applicant, and the delays.  On a difference the
case is made small and shown with both traces, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.native.built import built_libraries
from tests.oracle.case import Case, shown
from tests.oracle.compare import reduced
from tests.oracle.door import DIED, Door, Program, Stage, compile_program
from tests.oracle.door_cases import draw_door

_BATCH = 250  # cases for one process
_SHARE = 2000
_SHOWN = 3  # differences that are made small; the first ones tell enough


class Tally(NamedTuple):
    """How many cases were played, and the numbers of those that differ or crash the first."""

    played: int
    different: tuple[int, ...]
    crashed: tuple[int, ...]


class Pair(NamedTuple):
    """Two doors that are to answer alike."""

    first: Door
    second: Door


def pair(program: Program, library: Path | None) -> Pair:
    """Return the system's libpam, and the one of a directory.

    Without a directory it is the system's again, with other rubbish in its memory: what depends
    on chance differs from itself.
    """
    system = Door(program)
    if library is None:
        return Pair(system, system._replace(environment=(("MALLOC_PERTURB_", "165"),)))
    return Pair(system, Door(program, library))


@contextlib.contextmanager
def program() -> Iterator[Program]:
    """Compile the driver into a directory for the time being."""
    with tempfile.TemporaryDirectory(prefix="pk") as directory:
        Path(directory).chmod(0o755)
        yield compile_program(Path(directory))


def tally(doors: Pair, seed: int, first: int, count: int) -> Tally:
    """Play cases, the two drivers side by side."""
    different: list[int] = []
    crashed: list[int] = []
    with Stage(doors.first.program) as stage:
        for at in range(first, first + count, _BATCH):
            numbers = range(at, min(at + _BATCH, first + count))
            played = stage.play(doors, [draw_door(seed, number) for number in numbers])
            for number, (ours, theirs) in zip(numbers, played, strict=True):
                if DIED in ours:
                    crashed.append(number)
                elif ours != theirs:
                    different.append(number)
    return Tally(count, tuple(different), tuple(crashed))


def shrunk(doors: Pair, case: Case) -> Case:
    """Return a case that still differs and from which nothing can be taken away."""
    with Stage(doors.first.program) as stage:
        while True:
            candidates = list(reduced(case))
            played = stage.play(doors, candidates)
            differing = (
                candidate
                for candidate, (ours, theirs) in zip(candidates, played, strict=True)
                if ours != theirs and DIED not in ours
            )
            found = next(differing, None)
            if found is None:
                return case
            case = found


def report(doors: Pair, case: Case) -> str:
    """Return a case and both traces, for a person."""
    with Stage(doors.first.program) as stage:
        ((first, second),) = stage.play(doors, [case])
    lines = difflib.ndiff(first.splitlines(), second.splitlines())
    names = [str(door.library or "the system's libpam") for door in doors]
    heading = f"--- traces: - {names[0]}, + {names[1]}"
    return "\n".join([shown(case), heading, *(line for line in lines if line[0] != "?")])


def explained(doors: Pair, seed: int, different: Sequence[int]) -> str:
    """Return the first differences made small, for a person."""
    return "\n".join(
        f"=== seed {seed} case {number} differs; made small:\n"
        + report(doors, shrunk(doors, draw_door(seed, number)))
        for number in different[:_SHOWN]
    )


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.doors", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which series (%(default)s)")
    parser.add_argument("--library", type=Path, help="directory with a libpam.so.0 to judge")
    parser.add_argument("--built", action="store_true", help="build this tree's, and judge it")
    parser.add_argument("--jobs", type=int, default=2, help="processes (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--show", action="store_true", help="show the cases and their traces")
    options = parser.parse_args(arguments)
    last = options.first + options.cases
    library = built_libraries() if options.built else options.library
    with program() as compiled:
        doors = pair(compiled, library and library.resolve())
        if options.show:
            for number in range(options.first, last):
                print(f"=== seed {options.seed} case {number}")
                print(report(doors, draw_door(options.seed, number)))
            return 0
        result, seconds = _in_parallel(doors, options)
        print(explained(doors, options.seed, result.different), end="")
    for number in result.crashed:
        print(f"=== seed {options.seed} case {number} crashes or hangs the system's libpam:")
        print(shown(draw_door(options.seed, number)))
    if result.different:
        print(f"\ndifferent: {' '.join(map(str, result.different[:50]))}")
    crashes = f", {len(result.crashed)} crashes of the system's libpam" if result.crashed else ""
    print(f"{seconds:.0f} s, {result.played / max(seconds, 0.001):.0f} policies/s")
    print(
        f"{result.played} policies through {doors.second.library or 'the same libpam'}, "
        f"seed {options.seed}, {len(result.different)} differences{crashes}"
    )
    return 1 if result.different else 0


def _in_parallel(doors: Pair, options: argparse.Namespace) -> tuple[Tally, float]:
    started = shown_at = time.monotonic()
    last = options.first + options.cases
    firsts = range(options.first, last, _SHARE)
    counts = [min(_SHARE, last - first) for first in firsts]
    total = Tally(0, (), ())
    with ProcessPoolExecutor(options.jobs) as pool:
        for part in pool.map(partial(tally, doors, options.seed), firsts, counts):
            total = Tally(
                total.played + part.played,
                total.different + part.different,
                total.crashed + part.crashed,
            )
            if time.monotonic() - shown_at >= 10:
                shown_at = time.monotonic()
                rate = total.played / (shown_at - started)
                said = f"{total.played} policies, {rate:.0f}/s, {len(total.different)} differences"
                print(said, file=sys.stderr, flush=True)
    return total, time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
