"""The time of the system, behind `world.Clock`."""

from __future__ import annotations

import time


class SystemClock:
    """The system's clock."""

    __slots__ = ()

    def now(self) -> float:
        """Return seconds since 1970 in UTC."""
        return time.time()
