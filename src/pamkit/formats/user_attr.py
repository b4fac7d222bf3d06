"""The lines of user_attr(5): what roles there are, and who may take them.

A line is `user:qualifier:reserved:reserved:attributes`; attributes are `key=value` with `;`
between.  A backslash takes its meaning from the character behind it; at the end of a line it joins
the next one to it.  Lines of prof_attr(5) are written alike, and begin with the name of a profile.
"""

from __future__ import annotations

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "/etc/user_attr"

_ROLES = ("role", "admin")
"""Types of accounts that nobody logs in to; `admin` is the older one, and counts for C as well."""

_FIELDS = 5
_BLANKS = " \t"
_MARK = "\ufeff"
"""What some editors write before the first line."""


class Attributes(Record):
    """What a line says of a user."""

    is_role: bool
    roles: tuple[str, ...]


def attributes_of(data: bytes, user: str) -> Attributes | None:
    """Return what the first line for a user says; `None` if there is none."""
    said = said_of(data, user)
    if said is None:
        return None
    is_role = plain(said.get("type", "")).strip() in _ROLES
    return Attributes(is_role, listed(said.get("roles", "")))


def said_of(data: bytes, name: str) -> dict[str, str] | None:
    """Return the attributes of the first line for a name, as written; `None` if there is none.

    A line that begins with `#`, or with fewer fields, says nothing.  Of a key that is there twice
    the first counts.
    """
    for line in _lines(data.decode("utf-8", "surrogateescape").removeprefix(_MARK)):
        fields = _split(line, ":", _FIELDS - 1)
        if line.startswith("#") or len(fields) != _FIELDS or plain(fields[0]) != name:
            continue
        said: dict[str, str] = {}
        for pair in _split(fields[-1], ";"):
            key, sign, value = pair.partition("=")
            if sign:
                said.setdefault(key.strip(), value)
        return said
    return None


def _lines(text: str) -> Iterator[str]:
    """Yield the lines, those that are continued as one; a comment is not."""
    whole = ""
    for piece in text.split("\n"):
        line = whole + (piece.lstrip(_BLANKS) if whole else piece).rstrip("\r")
        backslashes = len(line) - len(line.rstrip("\\"))
        if backslashes % 2 and not line.startswith("#"):
            whole = line[:-1]
            continue
        yield line
        whole = ""
    yield whole


def listed(value: str) -> tuple[str, ...]:
    """Return the names in the value of an attribute, which have commas between."""
    names = (plain(name) for name in _split(value, ","))
    return tuple(name for name in names if name)


def plain(text: str) -> str:
    """Return a text without the backslashes before its characters."""
    made, is_taken = "", False
    for letter in text:
        is_taken = letter == "\\" and not is_taken
        if not is_taken:
            made += letter
    return made


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
