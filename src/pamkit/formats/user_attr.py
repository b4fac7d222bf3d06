"""The lines of user_attr(5): what roles there are, and who may take them.

A line is `user:qualifier:reserved:reserved:attributes`; attributes are `key=value` with `;`
between.  A backslash takes its meaning from the character behind it.
"""

from __future__ import annotations

from pamkit.vocab.record import Record

PATH = "/etc/user_attr"

_ROLE = "role"
_FIELDS = 5


class Attributes(Record):
    """What a line says of a user."""

    is_role: bool
    roles: tuple[str, ...]


def attributes_of(data: bytes, user: str) -> Attributes | None:
    """Return what the first line for a user says; `None` if there is none.

    A line that begins with `#`, or with fewer fields, says nothing.  Of a key that is there twice
    the first counts.
    """
    for line in data.decode("utf-8", "surrogateescape").split("\n"):
        fields = _split(line.rstrip("\r"), ":", _FIELDS - 1)
        if line.startswith("#") or len(fields) != _FIELDS or _plain(fields[0]) != user:
            continue
        said: dict[str, str] = {}
        for pair in _split(fields[-1], ";"):
            key, sign, value = pair.partition("=")
            if sign:
                said.setdefault(key.strip(), value)
        roles = (_plain(role) for role in _split(said.get("roles", ""), ","))
        is_role = _plain(said.get("type", "")) == _ROLE
        return Attributes(is_role, tuple(role for role in roles if role))
    return None


def _split(text: str, separator: str, most: int = -1) -> list[str]:
    """Return the pieces between separators; one behind a backslash does not separate."""
    pieces: list[str] = []
    start = at = 0
    while at < len(text) and len(pieces) != most:
        if text[at] == "\\":
            at += 1
        elif text[at] == separator:
            pieces.append(text[start:at])
            start = at + 1
        at += 1
    return [*pieces, text[start:]]


def _plain(text: str) -> str:
    """Return a text without the backslashes before its characters."""
    made, is_taken = "", False
    for letter in text:
        is_taken = letter == "\\" and not is_taken
        if not is_taken:
            made += letter
    return made
