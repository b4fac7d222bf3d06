"""The time of the system, behind `world.Clock`."""

from __future__ import annotations

import errno
import time

from pamkit.module.world import LocalTime


class SystemClock:
    """The system's clock."""

    __slots__ = ()

    def now(self) -> float:
        """Return seconds since 1970 in UTC."""
        return time.time()

    def local(self, when: float) -> LocalTime:
        """Return what a clock on the wall shows, `localtime(3)`; `OSError` if none can."""
        try:
            shown = time.localtime(when)
        except (OverflowError, ValueError):
            raise OSError(errno.EOVERFLOW, "no such time on a clock") from None
        return LocalTime(
            shown.tm_year,
            shown.tm_mon,
            shown.tm_mday,
            shown.tm_hour,
            shown.tm_min,
            shown.tm_sec,
            shown.tm_wday,
            shown.tm_zone or "",
        )
