"""A list of names, one on each line, as `pam_listfile(8)` reads it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def names(data: bytes, *, cut: bool) -> Iterator[bytes]:
    """Yield the names of a list, in order; nothing in a name is special, and none is empty.

    A name ends at a carriage return as well.  One with a NUL byte is ``cut`` there, as C does, or
    is no name.  The last line needs no newline.

    DIALECT: up to 1.5 a line was cut into pieces of 255 bytes, and only one carriage return at its
    end was taken off.
    """
    for line in data.split(b"\n"):
        name, nul, _ = line.partition(b"\r")[0].partition(b"\0")
        if name and (cut or not nul):
            yield name
