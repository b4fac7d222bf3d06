"""Looks a name up in passwd(5), shadow(5) and their kin, a piece of the file at a time.

A file of a hundred thousand users need not be in memory as a whole for one of them: and of the
hashes of all the others only few are there, for a moment.
"""

from __future__ import annotations

import errno
import os

from pamkit.formats.passwd import bytes_of, find, has_line
from pamkit.stores.regular import MAX_ACCOUNT_FILE, open_sized

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from pamkit.stores.root import Root

    E = TypeVar("E")

_PIECE, _LEAST = 1 << 17, 1 << 10


def find_in(root: Root, path: str, name: str, parse: Callable[[bytes], E | None]) -> E | None:
    """Return the first well-formed line for a name; `None` if there is none in the file.

    `OSError` if the file cannot be read, is no regular file, or is longer than any such file may
    be (`EFBIG`) and the name is not in the beginning.
    """
    descriptor, size = open_sized(root, path)
    try:
        for lines in _pieces(descriptor, path, name, size):
            entry = find(lines, name, parse)
            if entry is not None:
                return entry
    finally:
        os.close(descriptor)
    return None


def has_line_in(root: Root, path: str, name: str) -> bool:
    """Whether a file has a line for a name, well-formed or not; `OSError` as in `find_in`."""
    descriptor, size = open_sized(root, path)
    try:
        return any(has_line(lines, name) for lines in _pieces(descriptor, path, name, size))
    finally:
        os.close(descriptor)


def _pieces(descriptor: int, path: str, name: str, size: int) -> Iterator[bytes]:
    """Yield what is in an open file and may have a name in it, cut behind line ends only.

    ``size``: how many bytes the file says it has, so that a short one takes no large buffer.
    """
    try:
        key = bytes_of(name) + b":"
    except ValueError:
        return
    begun: list[bytes] = []
    """The pieces of a line whose end is yet to come."""
    left = MAX_ACCOUNT_FILE + 1
    room = min(_PIECE, max(size, _LEAST) + 1)
    while left > 0 and (piece := os.read(descriptor, min(left, room))):
        left -= len(piece)
        end = piece.rfind(b"\n") + 1
        if not end:
            begun.append(piece)
            continue
        lines = b"".join((*begun, piece)) if begun else piece
        end += len(lines) - len(piece)
        # From behind, which is faster: see `formats.passwd`.
        if lines.rfind(key) >= 0:
            yield lines[:end]
        begun = [lines[end:]] if end < len(lines) else []
    if left <= 0:
        raise OSError(errno.EFBIG, f"the file has more than {MAX_ACCOUNT_FILE} bytes", path)
    yield b"".join(begun)
