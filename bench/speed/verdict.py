"""Limits beside what was measured: met, missed, or not measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.speed.benchmark import Judged, Row


class Verdict(NamedTuple):
    """What a limit is, what was found, and whether that keeps it."""

    says: str
    limit: str
    found: str
    is_met: bool | None
    """`None` if something that is needed to say so was not measured."""


def judge(judged: Judged, rows: Iterable[Row]) -> Verdict:
    """Return the verdict; of several figures the one that is furthest off counts."""
    by_figure = {(row.group, row.name, row.peer): row for row in rows}
    found = [by_figure.get(figure) for figure in judged.figures]
    beside = [by_figure.get(figure) for figure in judged.beside]
    unit = "" if judged.beside else next((f" {row.unit}" for row in found if row is not None), "")
    limit = _limit(judged, unit)
    values = _values(found, beside) if judged.beside else [row and row.median for row in found]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return Verdict(judged.says, limit, "not measured", None)
    if judged.at_most is not None:
        worst = max(known)
        return Verdict(judged.says, limit, shown(worst) + unit, worst <= judged.at_most)
    worst = min(known)
    return Verdict(
        judged.says,
        limit,
        shown(worst) + unit,
        judged.at_least is not None and worst >= judged.at_least,
    )


def shown(value: float) -> str:
    """Return a figure or ratio as people read it: `1/23` for what is much less than one."""
    if 0 < value < 0.5:
        return f"1/{_plain(1 / value)}"
    return _plain(value)


def _values(found: list[Row | None], beside: list[Row | None]) -> list[float | None]:
    return [
        None if ours is None or theirs is None or not theirs.median else ours.median / theirs.median
        for ours, theirs in zip(found, beside, strict=True)
    ]


def _limit(judged: Judged, unit: str) -> str:
    if judged.at_most is not None:
        return f"at most {shown(judged.at_most)}{unit}"
    return f"at least {shown(judged.at_least or 0)}{unit}"


def _plain(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
