"""Text of others on a page: what could act is shown as what it is, and no mark-up comes of it."""

from __future__ import annotations

_MARKS = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "`": "&#96;"}
)


def escaped(text: str) -> str:
    """Return a text for a page, between tags or between the quotes of an attribute."""
    return visible(text).translate(_MARKS)


def visible(text: str) -> str:
    """Return a text without control characters, overrides of direction and halves of characters."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _named(char) for char in text)


def _named(char: str) -> str:
    number = ord(char)
    if 0xDC80 <= number <= 0xDCFF:
        number -= 0xDC00  # a byte that was no text
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
