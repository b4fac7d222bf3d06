"""A text from a module in a form that a terminal only shows."""

from __future__ import annotations

_HARMFUL = (
    (0x00, 0x08),  # control characters but tab and newline: escape sequences begin with one
    (0x0B, 0x1F),
    (0x7F, 0x9F),  # the second set of control characters, which some terminals obey in UTF-8
    (0x2028, 0x202E),  # line separators, and what turns the direction of the text round
    (0x2066, 0x2069),
    (0xD800, 0xDFFF),  # bytes that are not UTF-8: on an 8-bit terminal they may be controls
)


def harmless(text: str) -> str:
    r"""Return a text from a module in a form that a terminal only shows.

    Newline and tab stay; other control characters, raw bytes and what turns the direction of
    writing round become ``\x1b`` and the like.
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    number = ord(character)
    if not any(first <= number <= last for first, last in _HARMFUL):
        return character
    if 0xDC80 <= number <= 0xDCFF:
        number -= 0xDC00  # the byte it stands for
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
