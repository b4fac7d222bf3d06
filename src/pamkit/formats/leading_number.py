"""The number that a text begins with, as `strtol(3)` and `strtoul(3)` see it."""

from __future__ import annotations

_BLANKS = " \t\n\v\f\r"
_DIGITS = 4096
"""More digits than this are out of any range unless they are zeros, which nobody writes."""


def leading_number(text: str, base: int) -> int | None:
    """Return the number, whatever is behind it; `None` if the text begins with none.

    Blanks and a sign may be in front.  ``base`` is from 2 to 10.  No number is too large: where
    C would stop at the end of a type, the caller says so.
    """
    digits = text.lstrip(_BLANKS)
    sign = -1 if digits.startswith("-") else 1
    digits = digits[1:] if digits.startswith(("+", "-")) else digits
    digits = digits[: len(digits) - len(digits.lstrip("0123456789"[:base]))]
    return sign * int(digits[:_DIGITS], base) if digits else None
