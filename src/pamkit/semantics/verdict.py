"""The four moods of a run and the code it carries."""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record


class Mood(Names):
    """How a chain stands; libpam's impression, with its test for success folded in."""

    UNDECIDED = 0
    GRANTED = 1
    QUALIFIED = 2
    DENIED = 3


class Verdict(Record):
    """A mood and the code that goes with it."""

    mood: Mood
    code: int


START = Verdict(Mood.UNDECIDED, ReturnCode.PERM_DENIED)
"""Where every chain starts, and what an empty one ends with: no."""

OVERRUN = Verdict(Mood.DENIED, ReturnCode.PERM_DENIED)
"""What a jump past the end makes of any verdict."""
