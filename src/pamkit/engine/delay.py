"""The delay after a failure: who asked for how much, and how long it becomes.

Source: `pam_fail_delay(3)`; linux-pam's `pam_delay.c` for what no page says.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Randomness


class FailDelay:
    """Collects requests for a delay; calling it is `pam_fail_delay(3)`.

    ``microseconds`` is the longest request; ``asked`` whether one was made in this round.
    """

    __slots__ = ("asked", "microseconds")

    def __init__(self) -> None:
        """Start without a request."""
        self.microseconds = 0
        self.asked = False

    def __call__(self, microseconds: int) -> None:
        """Ask for a delay of at least so many microseconds if the round fails."""
        # C: the first request of a round starts from 0, but 0 itself revives the last value.
        longest = self.microseconds if self.asked else 0
        self.asked = True
        if microseconds > longest:
            self.microseconds = microseconds

    def finish(self) -> None:
        """End the round; the next one starts without a request."""
        self.asked = False

    def length(self, random: Randomness) -> int:
        """Return the delay in microseconds: the request, times 0.5 to 1.5, the middle likeliest."""
        if not self.microseconds:
            return 0
        dice = sum(int.from_bytes(random.take(4), "little") for _ in range(3)) / (3 * 2**32)
        return int(self.microseconds * (0.5 + dice))
