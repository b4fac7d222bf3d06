from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.c_width import UINT64_MAX, as_int, as_unsigned


@given(st.integers())
def test_what_fits_stays_and_the_rest_is_the_nearest_or_the_largest(number: int) -> None:
    assert as_int(number) == sorted((-(2**31), number, 2**31 - 1))[1]
    if 0 <= number <= UINT64_MAX:
        assert as_unsigned(number) == number
    elif -UINT64_MAX <= number < 0:
        assert as_unsigned(number) == number + 2**64
    else:
        assert as_unsigned(number) == UINT64_MAX
