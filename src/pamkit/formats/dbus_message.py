"""Messages of D-Bus: a question to bytes, and bytes to whatever came.

Source: D-Bus Specification, "Message Protocol".
"""

from __future__ import annotations

from pamkit.formats.dbus_values import MOST, BadValue, decode, decode_some, encode
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

CALL, RETURN, ERROR, SIGNAL = 1, 2, 3, 4
"""C: types of messages; others are passed over."""

FIRST_BYTES = 16
"""From so many bytes on it can be told how long a message is."""

_LONGEST = 1 << 27
"""C: bytes of the longest message that there can be."""

_VERSION = 1
_PATH, _INTERFACE, _MEMBER, _ERROR_NAME, _REPLY_SERIAL = 1, 2, 3, 4, 5
_DESTINATION, _SENDER, _SIGNATURE, _UNIX_FDS = 6, 7, 8, 9
_FIELD_TYPES = {
    _PATH: "o",
    _INTERFACE: "s",
    _MEMBER: "s",
    _ERROR_NAME: "s",
    _REPLY_SERIAL: "u",
    _DESTINATION: "s",
    _SENDER: "s",
    _SIGNATURE: "g",
    _UNIX_FDS: "u",
}
_HEAD = "yyyyuua(yv)"


class Question(Record):
    """A method to call: where, which, and with what."""

    destination: str
    path: str
    interface: str
    member: str
    signature: str = ""
    values: tuple[Any, ...] = ()


class Message(Record):
    """A message that came: what it answers, by which error, with what.

    ``descriptors`` says how many came with it.
    """

    kind: int
    reply_serial: int
    error_name: str
    signature: str
    values: tuple[Any, ...]
    descriptors: int


def question(asked: Question, serial: int) -> bytes:
    """Return a question as bytes; raises `BadValue` for values that cannot be in one."""
    body = encode(asked.signature, asked.values)
    fields: list[tuple[int, tuple[str, object]]] = [
        (_PATH, ("o", asked.path)),
        (_DESTINATION, ("s", asked.destination)),
        (_INTERFACE, ("s", asked.interface)),
        (_MEMBER, ("s", asked.member)),
    ]
    if asked.signature:
        fields.append((_SIGNATURE, ("g", asked.signature)))
    head = encode(_HEAD, (ord("l"), CALL, 0, _VERSION, len(body), serial, tuple(fields)))
    return head + bytes(-len(head) % 8) + body


def is_answer(begun: bytes) -> bool:
    """Whether a message that begins with these bytes answers a question."""
    return begun[1] in (RETURN, ERROR)


def size_of(begun: bytes) -> int:
    """Return how long a message is that begins with these bytes, at least `FIRST_BYTES`.

    Raises `BadValue` if none begins so, or it is longer than any message, or than any answer that
    is read.
    """
    order, kind, _, version = begun[:4]
    if order not in b"lB" or version != _VERSION or kind == 0:
        raise BadValue("no message begins so")
    (body, serial, fields), _ = decode_some("uuu", begun[4:FIRST_BYTES], is_big=order == ord("B"))
    if serial == 0:
        raise BadValue("a message without a number")
    size: int = FIRST_BYTES + fields + -fields % 8 + body
    if size > (MOST if is_answer(begun) else _LONGEST):
        raise BadValue("a message that is too long")
    return size


def message(data: bytes) -> Message:
    """Return the message that bytes are; raises `BadValue`."""
    if len(data) < FIRST_BYTES or size_of(data) != len(data):
        raise BadValue("a message of another length")
    is_big = data[:1] == b"B"
    head, end = decode_some(_HEAD, data, is_big=is_big)
    _, kind, _, _, size, _, listed = head
    start = len(data) - size
    if end + -end % 8 != start or any(data[end:start]):
        raise BadValue("padding that is not zero")
    fields = _fields(listed)
    signature = fields.get(_SIGNATURE, "")
    if kind in (RETURN, ERROR) and not fields.get(_REPLY_SERIAL):
        raise BadValue("an answer to nothing")
    if kind == ERROR and not fields.get(_ERROR_NAME):
        raise BadValue("an error without a name")
    return Message(
        kind,
        fields.get(_REPLY_SERIAL, 0),
        fields.get(_ERROR_NAME, ""),
        signature,
        decode(signature, data[start:], is_big=is_big),
        fields.get(_UNIX_FDS, 0),
    )


def _fields(listed: Sequence[tuple[int, tuple[str, Any]]]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for code, (kind, value) in listed:
        if code == 0 or code in found or _FIELD_TYPES.get(code, kind) != kind:
            raise BadValue("a field that is none, or stands twice")
        found[code] = value
    return found
