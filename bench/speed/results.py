"""Files of results, and the benchmarks that they belong to."""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any, NamedTuple

from bench.speed import benchmarks
from bench.speed.benchmark import Benchmark, Effort, Row

RESULTS = Path(__file__).resolve().parents[1] / "results"


class Result(NamedTuple):
    """What was measured, where, and what could not be."""

    machine: dict[str, Any]
    effort: dict[str, Any]
    rows: tuple[Row, ...]
    left_out: tuple[str, ...]


def all_benchmarks() -> tuple[Benchmark, ...]:
    """Return every benchmark, in the order of the page.  `ValueError` if a file is misnamed."""
    found = []
    for module in pkgutil.iter_modules(benchmarks.__path__):
        benchmark = importlib.import_module(f"{benchmarks.__name__}.{module.name}").BENCHMARK
        if benchmark.name != module.name:
            raise ValueError(f"`{module.name}.py` holds the benchmark `{benchmark.name}`")
        found.append(benchmark)
    return tuple(sorted(found, key=lambda benchmark: (benchmark.order, benchmark.name)))


def write(name: str, result: Result, directory: Path = RESULTS) -> None:
    """Write a result; figures keep four digits, which is more than they are good for."""
    directory.mkdir(exist_ok=True)
    rows = [
        {
            **row._asdict(),
            "median": _rounded(row.median),
            "min": _rounded(row.min),
        }
        for row in result.rows
    ]
    body = ",\n".join(f"    {json.dumps(row)}" for row in rows)
    head = json.dumps(
        {
            "benchmark": name,
            "machine": result.machine,
            "effort": result.effort,
            "left_out": list(result.left_out),
        },
        indent=2,
    ).removesuffix("\n}")
    text = f'{head},\n  "rows": [\n{body}\n  ]\n}}\n'
    (directory / f"{name}.json").write_text(text)


def read(name: str, directory: Path = RESULTS) -> Result | None:
    """Return the result of a benchmark, or `None` if it was not measured yet."""
    try:
        found = json.loads((directory / f"{name}.json").read_text())
    except FileNotFoundError:
        return None
    return Result(
        machine=found["machine"],
        effort=found["effort"],
        rows=tuple(Row(**row) for row in found["rows"]),
        left_out=tuple(found["left_out"]),
    )


def effort_facts(effort: Effort) -> dict[str, Any]:
    """Return what a result file says about the effort."""
    return {"rounds": effort.rounds, "seconds": effort.seconds}


def _rounded(value: float) -> float:
    return float(f"{value:.4g}") if abs(value) < 10_000 else round(value)
