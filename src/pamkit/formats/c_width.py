"""Numbers cut to the widths that C has, as `strtoul(3)` and a clamp cut them."""

from __future__ import annotations

UINT64_MAX = (1 << 64) - 1
_INT32 = 1 << 31


def as_unsigned(number: int) -> int:
    """Return what `strtoull` makes of a number: 64 bits, negative ones from above.

    What does not fit is the largest there is.
    """
    return UINT64_MAX if abs(number) > UINT64_MAX else number & UINT64_MAX


def as_int(number: int) -> int:
    """Return the nearest number of 32 bits."""
    return max(-_INT32, min(number, _INT32 - 1))
