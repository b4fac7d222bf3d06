import time

import pytest

from pamkit.module.world import LocalTime
from pamkit.stores.clock import SystemClock
from pamkit.testing.clock import StoppedClock


def test_the_clock_on_the_wall_shows_the_time_of_the_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    try:
        with monkeypatch.context() as patched:
            patched.setenv("TZ", "XXX-02:30")
            time.tzset()
            shown = SystemClock().local(1_700_000_000.5)
    finally:
        time.tzset()
    assert shown == LocalTime(2023, 11, 15, 0, 43, 20, 2, "XXX")


@pytest.mark.parametrize("when", [1e30, float("nan"), float("inf")])
def test_a_time_that_no_clock_shows_is_an_error(when: float) -> None:
    with pytest.raises(OSError, match="no such time"):
        SystemClock().local(when)


@pytest.mark.parametrize("when", [0, 951_782_399, 951_782_400, 4_107_542_400, 1_709_251_199])
def test_the_stopped_clock_shows_utc(when: int) -> None:
    shown = time.gmtime(when)
    assert StoppedClock().local(when) == LocalTime(
        shown.tm_year,
        shown.tm_mon,
        shown.tm_mday,
        shown.tm_hour,
        shown.tm_min,
        shown.tm_sec,
        shown.tm_wday,
        "UTC",
    )
