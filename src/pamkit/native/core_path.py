"""Where a library looks for its core: a path in its own file, which can be rewritten.

C: the library holds `PAMKIT-CORE-PATH=`, and behind it 256 bytes: the absolute path, then NULs to
the end.  It is no setting from outside: no variable and no file can send a program that
asks for a login to another core.
"""

from __future__ import annotations

import os
from pathlib import Path

from pamkit.native.problem import Problem

MARK = b"PAMKIT-CORE-PATH="
ROOM = 256
"""Bytes behind the mark, the last NUL included."""

LONGEST = ROOM - 1
"""Bytes that a path may have."""


def core_path(library: bytes) -> str | None:
    """Return the path in the bytes of a library; empty if none was set, `None` without a mark."""
    at = _place(library)
    if at is None:
        return None
    return os.fsdecode(library[at : at + ROOM].partition(b"\0")[0])


def with_core_path(library: bytes, core: Path) -> bytes:
    """Return the bytes of a library with another path; unchanged if it holds none.

    Raises `Problem` for a path that is not absolute, or too long.
    """
    path = os.fsencode(core)
    if not core.is_absolute() or b"\0" in path:
        raise Problem(f"`{core}` is no absolute path")
    if len(path) > LONGEST:
        raise Problem(
            f"`{core}` is {len(path)} bytes long", f"expected at most {LONGEST}: use a shorter path"
        )
    at = _place(library)
    if at is None:
        return library
    return library[:at] + path.ljust(ROOM, b"\0") + library[at + ROOM :]


def _place(library: bytes) -> int | None:
    """Return where the path is; raise `Problem` if there are two, or too little room."""
    mark = library.find(MARK)
    if mark < 0:
        return None
    if library.find(MARK, mark + 1) >= 0:
        raise Problem("a library says twice where its core is")
    at = mark + len(MARK)
    room = library[at : at + ROOM]
    if len(room) != ROOM or room.partition(b"\0")[2].strip(b"\0"):
        raise Problem("a library has no room for the path of its core")
    return at
