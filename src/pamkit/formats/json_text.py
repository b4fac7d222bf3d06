"""Values as JSON text, where there is no `json`: texts, whole numbers, nothing, and rows of these.

In ASCII, as `json.dumps` writes them.  Source: RFC 8259, section 7.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Value = str | int | None | Sequence["Value"]

_SHORT = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_FIRST_OF_TWO = 0x10000


def json_object(values: Mapping[str, Value]) -> str:
    """Return an object with these members, in their order."""
    return f"{{{', '.join(f'{_quoted(name)}: {json_text(values[name])}' for name in values)}}}"


def json_text(value: Value) -> str:
    """Return a value; numbers are whole ones, and `True` is one of them."""
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, str):
        return _quoted(value)
    return f"[{', '.join(json_text(each) for each in value)}]"


def _quoted(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if " " <= character <= "~":
        return character
    number = ord(character)
    if number < _FIRST_OF_TWO:
        return f"\\u{number:04x}"
    number -= _FIRST_OF_TWO
    return f"\\u{0xD800 | number >> 10:04x}\\u{0xDC00 | number & 0x3FF:04x}"
