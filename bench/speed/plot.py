"""A plot as SVG: lines over an axis, both axes linear or logarithmic, and nothing to install."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.speed.benchmark import Plot

_WIDTH, _HEIGHT = 780, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 230, 40, 50
_OURS = "pamkit"
_INK = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e5ea2", "#d08700", "#555555", "#00848c", "#a0522d")


class _Axis(NamedTuple):
    low: float
    high: float
    start: float
    end: float
    is_log: bool

    def place(self, value: float) -> float:
        low, high, value = (self._scaled(each) for each in (self.low, self.high, value))
        share = (value - low) / (high - low) if high > low else 0.5
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        if self.is_log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            steps = (1, 2, 5) if self.high / self.low < 500 else (1,)
            found = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        else:
            step = _round_step(self.high / 5)
            found = [step * at for at in range(int(self.high / step) + 1)]
        return [tick for tick in found if self.low <= tick <= self.high]

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.is_log else value


def svg(plot: Plot, lines: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Return the picture of a plot; ``lines`` are the points of each peer, by x."""
    xs = [x for points in lines.values() for x, _ in points]
    ys = [y for points in lines.values() for _, y in points]
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    x_axis = _Axis(*_bounds(xs, plot.is_log), _LEFT, right, plot.is_log)
    y_axis = _Axis(*_bounds(ys, plot.is_log), bottom, _TOP, plot.is_log)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        f' width="{_WIDTH}" height="{_HEIGHT}" role="img" font-family="sans-serif" font-size="12">',
        f"<title>{_escaped(plot.title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        _text(_LEFT, 22, plot.title, size=15),
        *_grid(x_axis, y_axis),
        _text((_LEFT + right) / 2, _HEIGHT - 10, plot.x, anchor="middle"),
        _text(0, 0, plot.y, anchor="middle", turn=(16, (_TOP + bottom) / 2)),
    ]
    for at, (peer, points) in enumerate(lines.items()):
        width = 4 if peer == _OURS else 2
        parts += _line(x_axis, y_axis, points, _INK[at % len(_INK)], width)
        parts += _legend(at, peer)
    return "\n".join([*parts, "</svg>", ""])


def _bounds(values: Iterable[float], is_log: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low * 0.8, high * 1.25) if is_log else (0.0, high * 1.05)


def _round_step(about: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(about))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= about)


def _grid(x_axis: _Axis, y_axis: _Axis) -> Iterable[str]:
    for tick in x_axis.ticks():
        x = x_axis.place(tick)
        yield _stroke([(x, y_axis.start), (x, y_axis.end)], "#dddddd", 1)
        yield _text(x, y_axis.start + 18, f"{tick:,g}", anchor="middle")
    for tick in y_axis.ticks():
        y = y_axis.place(tick)
        yield _stroke([(x_axis.start, y), (x_axis.end, y)], "#dddddd", 1)
        yield _text(x_axis.start - 8, y + 4, f"{tick:,g}", anchor="end")


def _line(
    x_axis: _Axis, y_axis: _Axis, points: Sequence[tuple[float, float]], ink: str, width: int
) -> Iterable[str]:
    placed = [(x_axis.place(x), y_axis.place(y)) for x, y in points]
    yield _stroke(placed, ink, width)
    for x, y in placed:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{ink}"/>'


def _legend(at: int, peer: str) -> Iterable[str]:
    x, y = _WIDTH - _RIGHT + 14, _TOP + 12 + at * 20
    ink = _INK[at % len(_INK)]
    yield _stroke([(x, y - 4), (x + 18, y - 4)], ink, 3)
    yield _text(x + 24, y, peer)


def _stroke(points: Sequence[tuple[float, float]], ink: str, width: int) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{places}" fill="none" stroke="{ink}" stroke-width="{width}"/>'


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: int = 12,
    turn: tuple[float, float] | None = None,
) -> str:
    moved = f' transform="translate({turn[0]:.1f} {turn[1]:.1f}) rotate(-90)"' if turn else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{moved}>'
        f"{_escaped(text)}</text>"
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("`", "")
