"""Compares libpam and pamkit on any number of random policies, from the command line.

``python -m tests.oracle.run --cases 1000000 --jobs 2`` from the project's root.  On a difference
the case is made small, shown with both results, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time

from tests.oracle.case import shown
from tests.oracle.compare import report, shrunk, tally
from tests.oracle.detect import announcement, detect
from tests.oracle.libpam import Worker
from tests.oracle.policies import draw

_SHOWN = 3  # differences that are made small; the first ones tell enough


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.run", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which series (%(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--show", action="store_true", help="show the cases, play them one by one")
    options = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(Worker()) for _ in range(options.jobs)]
        behaviour = workers[0].ask(detect)
        print(announcement(behaviour), flush=True)
        manner = behaviour.manner
        if options.show:
            for number in range(options.first, options.first + options.cases):
                print(f"=== seed {options.seed} case {number}")
                print(report(workers[0], draw(options.seed, number), manner))
            return 0
        started = last = time.monotonic()

        def progress(played: int) -> None:
            nonlocal last
            if time.monotonic() - last >= 10:
                last = time.monotonic()
                rate = played / (last - started)
                print(f"{played} policies, {rate:.0f}/s", file=sys.stderr, flush=True)

        result = tally(workers, options.seed, options.first, options.cases, manner, progress)
        seconds = time.monotonic() - started
        for number in result.different[:_SHOWN]:
            small = shrunk(workers[0], draw(options.seed, number), manner)
            print(f"=== seed {options.seed} case {number} differs; made small:")
            print(report(workers[0], small, manner))
        for number in result.crashed:
            print(f"=== seed {options.seed} case {number} crashes or hangs libpam:")
            print(shown(draw(options.seed, number)))
    crashes = f", {len(result.crashed)} crashes or hangs of libpam" if result.crashed else ""
    if result.different:
        print(f"different: {' '.join(map(str, result.different[:50]))}")
    rate = result.played / max(seconds, 0.001)
    print(f"{seconds:.0f} s, {rate:.0f} policies/s, seed {options.seed}")
    print(f"{result.played} policies, {len(result.different)} differences{crashes} ({behaviour})")
    return 1 if result.different else 0


if __name__ == "__main__":
    sys.exit(main())
