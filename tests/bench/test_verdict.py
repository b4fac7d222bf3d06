from __future__ import annotations

import pytest

from bench.speed.benchmark import Figure, Judged, Row
from bench.speed.verdict import judge, shown


def row(name: str, peer: str, median: float) -> Row:
    return Row("g", name, peer, "us", median, median, 3, 10)


ROWS = (
    row("a", "pamkit", 2),
    row("a", "C", 40),
    row("b", "pamkit", 30),
    row("b", "C", 40),
)


def of(names: str, *, at_most: float | None = None, at_least: float | None = None) -> Judged:
    return Judged(
        "says",
        tuple(Figure("g", name, "pamkit") for name in names),
        beside=tuple(Figure("g", name, "C") for name in names),
        at_most=at_most,
        at_least=at_least,
    )


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (of("a", at_most=1 / 20), ("at most 1/20", "1/20", True)),
        (of("a", at_most=1 / 21), ("at most 1/21", "1/20", False)),
        (of("ab", at_most=0.5), ("at most 0.5", "0.75", False)),
        (of("ab", at_most=0.75), ("at most 0.75", "0.75", True)),
        (of("b", at_least=0.7), ("at least 0.7", "0.75", True)),
        (of("ab", at_least=0.7), ("at least 0.7", "1/20", False)),
        (of("ac", at_most=0.5), ("at most 0.5", "not measured", None)),
        (of("", at_most=0.5), ("at most 0.5", "not measured", None)),
        (
            Judged("says", (Figure("g", "b", "pamkit"),), at_most=29),
            ("at most 29 us", "30 us", False),
        ),
        (
            Judged("says", (Figure("g", "b", "pamkit"),), at_most=31),
            ("at most 31 us", "30 us", True),
        ),
        (
            Judged("says", (Figure("g", "x", "pamkit"),), at_most=31),
            ("at most 31", "not measured", None),
        ),
    ],
)
def test_the_worst_of_the_figures_is_judged(
    judged: Judged, expected: tuple[str, str, bool | None]
) -> None:
    verdict = judge(judged, ROWS)
    assert (verdict.limit, verdict.found, verdict.is_met) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.05, "1/20"), (2 / 9, "1/4.5"), (0.5, "0.5"), (1.234, "1.23"), (1234.5, "1,234"), (0, "0")],
)
def test_a_ratio_is_shown_as_people_say_it(value: float, expected: str) -> None:
    assert shown(value) == expected
