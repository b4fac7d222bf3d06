"""The last login, shown: also where no clock can show it."""

from __future__ import annotations

from pamkit.formats.lastlog import LastLogin
from pamkit.module.world import LocalTime
from pamkit.records.last_login import said_of
from pamkit.testing.clock import StoppedClock


class _Broken(StoppedClock):
    """Cannot say what a clock on the wall shows."""

    def local(self, when: float) -> LocalTime:
        raise OSError(75, "Value too large for defined data type")


def test_a_time_that_no_clock_can_show_is_left_out() -> None:
    last = LastLogin(1, b"pts/1", b"far")
    assert said_of(_Broken(0), last, letters=19) == "Last login: from far"


def test_without_a_login_there_is_nothing_to_say() -> None:
    assert said_of(StoppedClock(0), LastLogin(0, b"pts/1"), letters=19) == ""
