from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.speed import page, results
from bench.speed.benchmark import Benchmark, Figure, Judged, Plot, Row

if TYPE_CHECKING:
    from bench.speed.results import Result

MADE_UP = Benchmark(
    name="made_up",
    title="Made up",
    order=1,
    measure=lambda effort: (),
    account="Where the time goes.",
    judged=(
        Judged(
            "small", (Figure("g", "1 line", "pamkit"),), (Figure("g", "1 line", "C"),), at_most=0.5
        ),
    ),
    plots=(Plot("made-up", "g", "Made up", "lines", "us"),),
)
ROWS = (
    Row("g", "1 line", "pamkit", "us", 2.0, 1.5, 3, 10, at=1),
    Row("g", "1 line", "C", "us", 40.0, 39.0, 3, 10, at=1),
    Row("g", "2 lines", "C", "us", 50.0, 49.0, 3, 10, at=2),
    Row("g", "slow", "C", "us", 2.0, 2.0, 3, 10),
    Row("g", "slow", "pamkit", "us", 5.0, 5.0, 3, 10),
    Row("g", "slow", "pamkit async", "us", 1.0, 1.0, 3, 10),
    Row("g", "few", "C", "/s", 600.0, 600.0, 3, 10),
    Row("g", "few", "pamkit", "/s", 200.0, 200.0, 3, 10),
)
RESULT = results.Result({"cpu": "slow", "cores": 2, "pamela": None}, {"rounds": 3}, ROWS, ("x: y",))


def test_speed_md_is_what_the_committed_results_say() -> None:
    assert page.stale(page.DOCS, page.generated()) == ()


def test_a_page_shows_figures_with_their_ratio_and_judges_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results.write("made_up", RESULT, tmp_path)
    monkeypatch.setattr(results, "all_benchmarks", lambda: (MADE_UP,))
    pages = page.generated(tmp_path)
    assert set(pages) == {"speed.md", "speed/made-up.svg"}
    wanted = (
        "| cpu | slow |",
        "| [Made up](#made-up): small | at most 0.5 | 1/20 | met |",
        "Where the time goes.",
        "|  | C | pamkit | pamkit async |",
        "| 1 line | 40 us | 2 us (1/20) | - |",
        "| 2 lines | 50 us | - | - |",
        "![Made up](speed/made-up.svg)",
        "- x: y",
    )
    assert [line for line in wanted if line not in pages["speed.md"].splitlines()] == []


def test_every_figure_that_is_worse_than_the_yardstick_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results.write("made_up", RESULT, tmp_path)
    monkeypatch.setattr(results, "all_benchmarks", lambda: (MADE_UP,))
    lines = page.generated(tmp_path)["speed.md"].splitlines()
    at = lines.index("## Where pamkit is the slower one")
    assert lines[at + 4 : at + 7] == [
        "| [Made up](#made-up): g: slow | 5 us | 2 us (C) | 2.5 |",
        "| [Made up](#made-up): g: few | 200 /s | 600 /s (C) | 3 |",
        "",
    ]


def test_a_benchmark_that_was_not_measured_is_not_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "all_benchmarks", lambda: (MADE_UP,))
    assert "Made up" not in page.generated(tmp_path)["speed.md"]


def test_a_plot_that_belongs_to_nothing_any_more_is_stale(tmp_path: Path) -> None:
    (tmp_path / "speed").mkdir()
    (tmp_path / "speed" / "old.svg").write_text("<svg/>")
    (tmp_path / "speed.md").write_text("now")
    assert page.stale(tmp_path, {"speed.md": "now"}) == ("speed/old.svg",)


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    results.write("made_up", RESULT, tmp_path)
    assert results.read("made_up", tmp_path) == RESULT


def test_a_result_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert results.read("made_up", tmp_path) is None


def test_every_benchmark_is_named_as_its_file_and_judges_what_it_may_measure() -> None:
    found = results.all_benchmarks()
    assert {"transaction", "growth", "threads", "instructions"} <= {each.name for each in found}
    odd = [
        (each.name, judged.says)
        for each in found
        for judged in each.judged
        if (judged.at_most is None) == (judged.at_least is None)
        or (judged.beside and len(judged.beside) != len(judged.figures))
    ]
    assert odd == []


def _measured() -> list[tuple[Benchmark, Result]]:
    pairs = ((each, results.read(each.name)) for each in results.all_benchmarks())
    return [(each, result) for each, result in pairs if result is not None]


def test_what_is_judged_and_plotted_stands_in_the_committed_results() -> None:
    missing: list[tuple[str, Figure | Plot]] = []
    for benchmark, result in _measured():
        there = {Figure(row.group, row.name, row.peer) for row in result.rows}
        judged = {figure for each in benchmark.judged for figure in (*each.figures, *each.beside)}
        groups = {row.group for row in result.rows if row.at is not None}
        missing += [(benchmark.name, figure) for figure in judged - there]
        missing += [(benchmark.name, each) for each in benchmark.plots if each.group not in groups]
    assert missing == []


def test_committed_results_name_no_directory_of_the_machine() -> None:
    texts = [path.read_text() for path in sorted(results.RESULTS.glob("*.json"))]
    assert [text for text in texts if "/tmp/" in text or "/home/" in text or "/work" in text] == []
