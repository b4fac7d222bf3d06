"""Dates as ctime(3) writes them."""

import time

from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.ctime import ctime
from pamkit.stores.clock import SystemClock


def test_a_day_of_one_digit_has_a_blank_before_it() -> None:
    local = SystemClock().local(time.mktime((2023, 11, 5, 4, 3, 2, 0, 0, -1)))
    assert ctime(local) == "Sun Nov  5 04:03:02 2023"


@given(st.integers(0, 2**32))
def test_it_writes_what_the_c_library_writes(when: int) -> None:
    assert ctime(SystemClock().local(when)) == time.ctime(when)
