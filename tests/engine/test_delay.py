from hypothesis import given
from hypothesis import strategies as st

from pamkit.engine.delay import FailDelay
from pamkit.testing.randomness import FixedRandomness


class Dice:
    def __init__(self, byte: int) -> None:
        self.byte = byte

    def take(self, count: int) -> bytes:
        return bytes([self.byte]) * count


def test_the_longest_request_of_a_round_counts() -> None:
    delay = FailDelay()
    for request in (5, 9, 7):
        delay(request)
    assert (delay.microseconds, delay.asked) == (9, True)


def test_a_new_round_starts_from_nothing_but_zero_revives_the_old_request() -> None:
    delay = FailDelay()
    delay(9)
    delay.finish()
    assert not delay.asked
    delay(3)
    assert delay.microseconds == 3
    delay.finish()
    delay(0)
    assert (delay.microseconds, delay.asked) == (3, True)


def test_without_a_request_there_is_no_delay() -> None:
    assert FailDelay().length(FixedRandomness()) == 0


def test_in_the_middle_of_the_dice_lies_the_request_itself() -> None:
    delay = FailDelay()
    delay(2_000_000)
    assert delay.length(FixedRandomness()) == 2_000_000


@given(st.integers(1, 10**9), st.integers(0, 255))
def test_a_delay_is_between_half_and_one_and_a_half_times_the_request(
    request: int, byte: int
) -> None:
    delay = FailDelay()
    delay(request)
    assert request // 2 <= delay.length(Dice(byte)) <= request * 3 // 2
