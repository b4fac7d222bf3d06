"""A clock that stands where a test put it."""

from __future__ import annotations

from pamkit.module.world import LocalTime


class StoppedClock:
    """A clock that moves only when told to."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        """Stop at ``now``, in seconds since 1970."""
        self.time = now

    def now(self) -> float:
        """Return the time it was stopped at."""
        return self.time

    def local(self, when: float) -> LocalTime:
        """Return the time of a place where the clock on the wall shows UTC."""
        days, seconds = divmod(int(when), 86400)
        year, month, day = _date(days)
        hour, minute = divmod(seconds // 60, 60)
        weekday = (days + 3) % 7
        return LocalTime(year, month, day, hour, minute, seconds % 60, weekday, "UTC")


def _date(days: int) -> tuple[int, int, int]:
    """Return year, month and day for a number of days since 1970."""
    year = 1970
    while days >= (length := 365 + _is_leap(year)):
        days, year = days - length, year + 1
    month = 0
    while days >= (length := _MONTHS[month] + (month == 1 and _is_leap(year))):
        days, month = days - length, month + 1
    return year, month + 1, days + 1


_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
