"""Rounds that are taken in turn, so that a busy machine disturbs all alike: A, B, C, A, B, C."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Sample = Callable[[int], float]
    """Does so many operations and returns what one of them took (or weighed)."""

_MOST = 20_000
"""Operations in a sample."""


class Measured(NamedTuple):
    """What the samples of one peer came to."""

    median: float
    min: float
    rounds: int
    n: int


def interleaved(
    samples: Mapping[str, Sample], *, rounds: int, n: int | Mapping[str, int] = 1
) -> dict[str, Measured]:
    """Return what each peer took, over ``rounds`` samples that are taken in turn."""
    seen: dict[str, list[float]] = {peer: [] for peer in samples}
    for _ in range(rounds):
        for peer, sample in samples.items():
            seen[peer].append(sample(n if isinstance(n, int) else n[peer]))
    return {
        peer: Measured(
            statistics.median(took), min(took), rounds, n if isinstance(n, int) else n[peer]
        )
        for peer, took in seen.items()
    }


def enough(sample: Sample, seconds: float, *, unit: float = 1e-6) -> int:
    """Return how many operations take about so many seconds; the trial warms up besides.

    ``unit`` is what the sample counts in, in seconds.
    """
    sample(2)
    took = max(sample(5) * unit, 1e-9)
    return max(3, min(_MOST, int(seconds / took)))
