"""An integer as `strtoll(3)` reads a whole word."""

from __future__ import annotations

_BLANKS = " \t\n\v\f\r"
_DIGITS = 4096
"""More digits than this are out of any range unless they are zeros, which nobody writes."""


def strtoll(word: str, *, base: int = 0) -> int | None:
    """Return the number; `None` if the word is none, or has more than 64 bits.

    With base 0 `0x` begins a hexadecimal number, `0` an octal one; the other base is 10.  DIALECT:
    Linux-PAM up to 1.5 took an empty word for 0.
    """
    digits = word.lstrip(_BLANKS)
    sign = -1 if digits.startswith("-") else 1
    digits = digits[1:] if digits.startswith(("+", "-")) else digits
    if base == 0 and digits[:2] in ("0x", "0X"):
        base, digits = 16, digits[2:]
    elif base == 0:
        base = 8 if digits.startswith("0") else 10
    allowed = "0123456789abcdefABCDEF"[: 22 if base == 16 else base]
    if not digits or digits.strip(allowed) or len(digits) > _DIGITS:
        return None
    number = sign * int(digits, base)
    return number if -(2**63) <= number < 2**63 else None
