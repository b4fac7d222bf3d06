"""The lines of gshadow(5): ``group:hash:administrator,…:member,…``."""

from __future__ import annotations

from pamkit.formats.passwd import text_of
from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

PATH = "/etc/gshadow"
"""Where the file is."""

_BLANKS = b" \t\n\v\f\r"


class GroupShadowEntry(Record):
    """One line of gshadow(5)."""

    name: str
    hashed: Secret
    administrators: tuple[str, ...]
    members: tuple[str, ...]


def parse_gshadow(line: bytes) -> GroupShadowEntry | None:
    """Return a line of gshadow(5); `None` if it is malformed, a comment or for NIS.

    As glibc reads it: blanks before a name are none of it, and fields at the end may be missing.
    """
    line = line.lstrip(_BLANKS)
    if line[:1] in b"+-#:" or b"\n" in line or b"\0" in line:
        return None
    fields = [*line.split(b":", 3), b"", b"", b""]
    return GroupShadowEntry(
        text_of(fields[0]), Secret(fields[1]), _names(fields[2]), _names(fields[3])
    )


def _names(field: bytes) -> tuple[str, ...]:
    words = [word.lstrip(_BLANKS) for word in field.split(b",")]
    return tuple(text_of(word) for word in words if word)
