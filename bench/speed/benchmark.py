"""What a benchmark is: how it is measured, what is said about it, and what it is judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Measure = Callable[["Effort"], Iterable["Row | str"]]
    """Yields figures, and sentences that say what was left out and why."""


class Effort(NamedTuple):
    """How much is done for a figure: samples, and how many seconds each should take."""

    rounds: int
    seconds: float
    is_quick: bool = False


FULL = Effort(15, 0.025)
QUICK = Effort(3, 0.01, is_quick=True)


class Row(NamedTuple):
    """One figure of one peer: the median and the least of some samples.

    ``n`` is the number of operations in a sample.  `bench.speed` says what the rest means.
    """

    group: str
    name: str
    peer: str
    unit: str
    median: float
    min: float
    rounds: int
    n: int
    at: float | None = None


class Figure(NamedTuple):
    """Where a figure stands: which table, which line, whose."""

    group: str
    name: str
    peer: str


class Judged(NamedTuple):
    """A limit for a figure, or for what it is of another (``beside``); one of both limits is given.

    ``figures`` may give several: then each has to keep it, beside the one at the same place.
    """

    says: str
    figures: tuple[Figure, ...]
    beside: tuple[Figure, ...] = ()
    at_most: float | None = None
    at_least: float | None = None


class Plot(NamedTuple):
    """A picture of one group: a line for each peer, over ``at``; axes may be logarithmic."""

    name: str
    group: str
    title: str
    x: str
    y: str
    is_log: bool = True


class Benchmark(NamedTuple):
    """One section of docs/speed.md."""

    name: str
    title: str
    order: int
    """Where its section stands; the issue's number of it, times ten."""
    measure: Measure
    account: str
    """In words: what is measured, where the time goes, and what the physical limit is."""
    yardstick: str = "C"
    """The peer that the others are shown as a ratio of; `""` for none."""
    judged: tuple[Judged, ...] = ()
    plots: tuple[Plot, ...] = ()
