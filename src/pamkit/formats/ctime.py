"""A date and time in the words of ctime(3)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import LocalTime

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def ctime(shown: LocalTime) -> str:
    """Return what a clock shows as ctime(3) writes it, without the end of the line."""
    date = f"{weekday_and_month(shown)} {shown.day:2d}"
    return f"{date} {shown.hour:02d}:{shown.minute:02d}:{shown.second:02d} {shown.year}"


def ctime_with_zone(shown: LocalTime) -> str:
    """Return the same with the zone: `Sun Nov  1 12:00:00 CET 2026`."""
    date = f"{weekday_and_month(shown)} {shown.day:2d}"
    time = f"{shown.hour:02d}:{shown.minute:02d}:{shown.second:02d}"
    return f"{date} {time} {shown.zone} {shown.year}"


def weekday_and_month(shown: LocalTime) -> str:
    """Return how such a time begins: `Sun Nov`."""
    return f"{_DAYS[shown.weekday]} {_MONTHS[shown.month - 1]}"
