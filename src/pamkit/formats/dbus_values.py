"""Values as D-Bus has them on the wire, to bytes and back: strict, and bounded in every way.

A signature says what the values are: `y b n q i u x t d` numbers, `s o g` texts, `h` the place of
a descriptor, `v` a value with its own signature, `a` arrays, `( )` structures, `{ }` pairs in
arrays.  Here arrays are tuples of values, structures and pairs tuples, and `v` is a pair of
signature and value.

Source: D-Bus Specification, "Marshaling".
"""

from __future__ import annotations

import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

MOST = 1 << 16
"""Bytes of a message that are read or written: what a login has to say needs far fewer."""

_DEEPEST = 32
_LONGEST_SIGNATURE = 255
_NUMBERS = {
    "y": "B",
    "b": "I",
    "n": "h",
    "q": "H",
    "i": "i",
    "u": "I",
    "x": "q",
    "t": "Q",
    "d": "d",
    "h": "I",
}
_ALIGNMENTS = {
    **{kind: struct.calcsize(code) for kind, code in _NUMBERS.items()},
    "s": 4,
    "o": 4,
    "g": 1,
    "v": 1,
    "a": 4,
    "(": 8,
    "{": 8,
}
_NAME = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")


class BadValue(ValueError):
    """Bytes or values are not what their signature says; the message says what is wrong."""


def types_of(signature: str) -> tuple[str, ...]:
    """Return the complete types of a signature; raises `BadValue`."""
    if len(signature) > _LONGEST_SIGNATURE:
        raise BadValue("a signature that is too long")
    found, at = [], 0
    while at < len(signature):
        end = _end_of(signature, at, 0)
        found.append(signature[at:end])
        at = end
    return tuple(found)


def encode(signature: str, values: Sequence[Any], start: int = 0) -> bytes:
    """Return values as bytes, little end first, as they stand ``start`` bytes into a message.

    Raises `BadValue` for values that the signature does not allow.
    """
    kinds = types_of(signature)
    if len(kinds) != len(values):
        raise BadValue(f"expected {len(kinds)} values, found {len(values)}")
    out = bytearray(start % 8)
    for kind, value in zip(kinds, values, strict=True):
        _write(out, kind, value)
    return bytes(out[start % 8 :])


def decode(signature: str, data: bytes, *, is_big: bool = False) -> tuple[Any, ...]:
    """Return the values that bytes are, all of them; raises `BadValue`."""
    values, end = decode_some(signature, data, is_big=is_big)
    if end != len(data):
        raise BadValue("bytes behind the last value")
    return values


def decode_some(
    signature: str, data: bytes, *, is_big: bool = False
) -> tuple[tuple[Any, ...], int]:
    """Return the values that the bytes begin with, and where they end; raises `BadValue`."""
    if len(data) > MOST:
        raise BadValue("too many bytes")
    reader = _Reader(data, ">" if is_big else "<")
    return tuple(reader.value(kind, 0) for kind in types_of(signature)), reader.at


def is_object_path(text: str) -> bool:
    """Whether a text is the path of an object: `/`, or names with `/` before each."""
    if text == "/":
        return True
    first, *names = text.split("/")
    return not first and bool(names) and all(name and _NAME.issuperset(name) for name in names)


def _end_of(signature: str, at: int, depth: int) -> int:
    """Return where the type that begins at a place ends."""
    if depth > 2 * _DEEPEST:
        raise BadValue("a signature that is too deep")
    kind = signature[at : at + 1]
    if kind in _NUMBERS or (kind and kind in "sogv"):
        return at + 1
    if kind == "a":
        if signature[at + 1 : at + 2] != "{":
            return _end_of(signature, at + 1, depth + 1)
        key = signature[at + 2 : at + 3]
        if not (key in _NUMBERS or (key and key in "sog")):
            raise BadValue("a pair without a plain key")
        end = _end_of(signature, at + 3, depth + 2)
        if signature[end : end + 1] != "}":
            raise BadValue("a pair that does not end")
        return end + 1
    if kind == "(":
        end = at + 1
        while signature[end : end + 1] not in (")", ""):
            end = _end_of(signature, end, depth + 1)
        if signature[end : end + 1] != ")" or end == at + 1:
            raise BadValue("a structure that is empty, or does not end")
        return end + 1
    raise BadValue(f"no type: `{kind}`")


def _write(out: bytearray, kind: str, value: Any) -> None:
    first = kind[0]
    out += bytes(-len(out) % _ALIGNMENTS[first])
    if first in _NUMBERS:
        if first == "b" and value not in (0, 1):
            raise BadValue("neither true nor false")
        try:
            out += struct.pack("<" + _NUMBERS[first], value)
        except struct.error:
            raise BadValue(f"no number of type `{first}`") from None
    elif first == "g":
        types_of(_text(value))
        out.append(len(value))
        out += value.encode() + b"\0"
    elif first in "so":
        encoded = _text(value).encode("utf-8", "strict")
        if first == "o" and not is_object_path(value):
            raise BadValue("no path of an object")
        out += struct.pack("<I", len(encoded)) + encoded + b"\0"
    elif first == "v":
        inner, content = value
        if len(types_of(inner)) != 1:
            raise BadValue("expected one type in a variant")
        _write(out, "g", inner)
        _write(out, inner, content)
    elif first == "a":
        place = len(out)
        out += bytes(4)
        out += bytes(-len(out) % _ALIGNMENTS[kind[1]])
        begin = len(out)
        for each in value:
            _write(out, kind[1:], each)
        struct.pack_into("<I", out, place, len(out) - begin)
    else:
        inner_kinds = types_of(kind[1:-1])
        if len(inner_kinds) != len(value):
            raise BadValue(f"expected {len(inner_kinds)} fields, found {len(value)}")
        for inner, each in zip(inner_kinds, value, strict=True):
            _write(out, inner, each)
    if len(out) > MOST:
        raise BadValue("too many bytes")


def _text(value: object) -> str:
    """Return a text that can stand in a message."""
    if not isinstance(value, str) or "\0" in value:
        raise BadValue("expected a text")
    try:
        value.encode("utf-8", "strict")
    except UnicodeEncodeError:
        raise BadValue("a text that is no Unicode") from None
    return value


class _Reader:
    """Reads values one behind the other."""

    def __init__(self, data: bytes, order: str) -> None:
        self._data, self._order = data, order
        self.at = 0

    def value(self, kind: str, depth: int) -> Any:
        first = kind[0]
        self._align(_ALIGNMENTS[first])
        if first in _NUMBERS:
            return self._number(first)
        if first == "g":
            return self._signature()
        if first in "so":
            text = self._text(self._number("u"))
            if first == "o" and not is_object_path(text):
                raise BadValue("no path of an object")
            return text
        # INVARIANT: variants can hold variants, so that depth is of the data, not of a signature.
        if depth >= 2 * _DEEPEST:
            raise BadValue("values that are too deep")
        if first == "v":
            inner = self._signature()
            if len(types_of(inner)) != 1:
                raise BadValue("expected one type in a variant")
            return inner, self.value(inner, depth + 1)
        if first == "a":
            return self._array(kind[1:], depth)
        return tuple(self.value(inner, depth + 1) for inner in types_of(kind[1:-1]))

    def _array(self, inner: str, depth: int) -> tuple[Any, ...]:
        size = self._number("u")
        self._align(_ALIGNMENTS[inner[0]])
        end = self.at + size
        if end > len(self._data):
            raise BadValue("an array beyond the end")
        found = []
        while self.at < end:  # each value takes at least one byte
            found.append(self.value(inner, depth + 1))
        if self.at != end:
            raise BadValue("a value beyond the end of its array")
        return tuple(found)

    def _number(self, kind: str) -> Any:
        code = self._order + _NUMBERS[kind]
        number = struct.unpack(code, self._take(struct.calcsize(code)))[0]
        if kind != "b":
            return number
        if number not in (0, 1):
            raise BadValue("neither true nor false")
        return number == 1

    def _signature(self) -> str:
        text = self._text(self._number("y"))
        types_of(text)
        return text

    def _text(self, size: int) -> str:
        data = self._take(size)
        if self._take(1) != b"\0" or b"\0" in data:
            raise BadValue("a text that does not end where it says")
        try:
            return data.decode("utf-8", "strict")
        except UnicodeDecodeError:
            raise BadValue("a text that is no Unicode") from None

    def _align(self, boundary: int) -> None:
        if any(self._take(-self.at % boundary)):
            raise BadValue("padding that is not zero")

    def _take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self._data):
            raise BadValue("bytes that end too early")
        taken = self._data[self.at : end]
        self.at = end
        return taken
