from __future__ import annotations

import time

from pamkit.records.shown import date_of, login_line
from pamkit.stores.clock import SystemClock
from pamkit.testing.clock import StoppedClock


def test_what_is_known_is_said_in_one_line() -> None:
    assert login_line("Last login:") == ""
    assert login_line("Last login:", line="tty1") == "Last login: on tty1"
    whole = login_line("Last login:", date="now", host="far", line="tty1")
    assert whole == "Last login: now from far on tty1"


def test_what_would_steer_a_terminal_is_not_said() -> None:
    odd = "".join(map(chr, range(32))) + "\x7f\x80\x9b\x9f\udc80\udc9f"
    said = login_line("Last login:", host=f"{odd}ö\udcff")
    assert said == f"Last login: from {'?' * len(odd)}ö\udcff"


def test_dates_are_those_of_c() -> None:
    when = time.mktime((2023, 3, 1, 4, 5, 6, 0, 0, -1))
    expected = time.strftime("%a %b %e %H:%M:%S %Z %Y", time.localtime(when))
    assert date_of(SystemClock(), int(when)) == expected
    assert date_of(StoppedClock(), 0) == "Thu Jan  1 00:00:00 UTC 1970"


def test_a_time_that_no_clock_shows_is_not_said() -> None:
    assert date_of(SystemClock(), 1 << 62) == ""
