"""An event loop with a clock of its own: where nothing happens, time passes at once."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")

_LOST = 10.0
"""Seconds, real ones, until a loop that nothing will wake is given up."""


class JumpingLoop(asyncio.SelectorEventLoop):
    """A loop that waits for no timer: its clock, which starts at 0, jumps to the next one.

    Threads do not know this time; who uses them looks at the order of things, not at the clock.
    """

    def __init__(self) -> None:
        """Start at 0."""
        self.now = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        """Return the time."""
        return self.now


class _Jumping(selectors.SelectSelector):
    def __init__(self, loop: JumpingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            ready = super().select(_LOST)
            assert ready, "nothing will ever happen on this loop"
            return ready
        ready = super().select(0)
        if not ready:
            self._loop.now += max(0.0, timeout)
        return ready


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine to its end on a loop whose clock jumps."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(work)


async def settle() -> None:
    """Let everything happen that waits for no timer."""
    for _ in range(5):
        await asyncio.sleep(0)
