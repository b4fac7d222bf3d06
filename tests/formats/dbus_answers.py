"""Answers of D-Bus, also such as nobody should give."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from pamkit.formats.dbus_message import ERROR, RETURN
from pamkit.formats.dbus_values import encode

BUS = "org.freedesktop.DBus"
HELLO = b"DATA\r\nOK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n"
"""What a bus says to whom it knows."""


def answer(
    kind: int,
    to: int,
    signature: str,
    values: Sequence[Any],
    *,
    error: str = "",
    descriptors: int = 0,
    serial: int = 9,
    version: int = 1,
    is_big: bool = False,
    more: Sequence[tuple[int, tuple[str, Any]]] = (),
) -> bytes:
    """Return a message that answers question ``to``, or none if that is 0."""
    fields: list[tuple[int, tuple[str, Any]]] = [(7, ("s", ":1.1"))]
    if to:
        fields.append((5, ("u", to)))
    if error:
        fields.append((4, ("s", error)))
    if signature:
        fields.append((8, ("g", signature)))
    if descriptors:
        fields.append((9, ("u", descriptors)))
    fields += more
    body = encode(signature, values)
    head = encode("yyyyuua(yv)", (ord("l"), kind, 0, version, len(body), serial, tuple(fields)))
    head += bytes(-len(head) % 8)
    return _turned(head, signature, body, fields) if is_big else head + body


def _turned(
    head: bytes, signature: str, body: bytes, fields: Sequence[tuple[int, tuple[str, Any]]]
) -> bytes:
    """Return a message with all numbers the other way round: for texts and 32 bits alone."""
    assert set(signature) <= set("su")
    out = bytearray(b"B" + head[1:4])
    for word in struct.unpack_from("<III", head, 4):
        out += struct.pack(">I", word)
    for code, (kind, value) in fields:
        out += bytes(-len(out) % 8) + bytes([code, 1]) + kind.encode() + b"\0"
        if kind == "u":
            out += struct.pack(">I", value)
        elif kind == "g":
            out += bytes([len(value)]) + value.encode() + b"\0"
        else:
            out += struct.pack(">I", len(value)) + value.encode() + b"\0"
    out += bytes(-len(out) % 8)
    at = 0
    for kind in signature:
        at += -at % 4
        size = struct.unpack_from("<I", body, at)[0]
        out += bytes(-len(out) % 4) + struct.pack(">I", size)
        at += 4
        if kind == "s":
            out += body[at : at + size + 1]
            at += size + 1
    return bytes(out)


def greeted() -> bytes:
    """Return all that a bus says before it answers a question."""
    named = answer(4, 0, "s", (":1.7",), more=[(1, ("o", "/")), (2, ("s", BUS)), (3, ("s", "N"))])
    return HELLO + answer(RETURN, 1, "s", (":1.7",)) + named


def refusal(to: int, name: str, *words: str) -> bytes:
    """Return an error."""
    return answer(ERROR, to, "s" * len(words), words, error=name)
