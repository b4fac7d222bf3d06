"""Runs the benchmarks, shows what they measured, and writes their results and the page."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.speed import machine, page, results
from bench.speed.benchmark import FULL, QUICK, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.speed.benchmark import Benchmark, Effort

_CHECKOUT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run all benchmarks, or those that are named; 2 if a name is none."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks (default: all)")
    parser.add_argument("--quick", action="store_true", help="short rounds; nothing is written")
    parser.add_argument("--results", type=Path, help="write results here, and no page")
    parser.add_argument("--list", action="store_true", help="show what there is")
    wanted = parser.parse_args()
    benchmarks = {benchmark.name: benchmark for benchmark in results.all_benchmarks()}
    if wanted.list:
        for benchmark in benchmarks.values():
            print(f"{benchmark.name:16} {benchmark.title}")
        return 0
    unknown = [name for name in wanted.names if name not in benchmarks]
    if unknown:
        print(f"no such benchmark: {' '.join(unknown)}; there are {' '.join(benchmarks)}")
        return 2
    effort = QUICK if wanted.quick else FULL
    facts = machine.facts()
    for name in wanted.names or benchmarks:
        begun = time.monotonic()
        found = list(_measured(benchmarks[name], effort))
        rows = tuple(row for row in found if isinstance(row, Row))
        left_out = tuple(row.replace(str(_CHECKOUT), ".") for row in found if isinstance(row, str))
        for sentence in left_out:
            print(f"left out: {sentence}", file=sys.stderr)
        result = results.Result(facts, results.effort_facts(effort), rows, left_out)
        if wanted.results is not None or not wanted.quick:
            results.write(name, result, wanted.results or results.RESULTS)
        print(f"# {name}: {time.monotonic() - begun:.0f} s")
        print(page.tables_in_text(benchmarks[name], result), flush=True)
    if wanted.results is None and not wanted.quick:
        page.write()
    return 0


def _measured(benchmark: Benchmark, effort: Effort) -> Iterator[Row | str]:
    """Yield what a benchmark yields; if it breaks, the others are measured all the same."""
    try:
        yield from benchmark.measure(effort)
    except Exception as error:  # noqa: BLE001  # whatever it is, the page has to say it
        yield f"the rest: {type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main())
