"""What files of the system say, which are read again only when they have changed.

Only settings that root alone can change and everybody can read, below `/etc` and `/usr`: what is a
user's own is not kept, nor what is kept from anybody.

INVARIANT: what has been changed since is never served.  A file whose state changed while it was
read, or so short a time before that its clock could not tell two changes apart, is not kept; nor
is one whose state does not tell of all changes.
"""

from __future__ import annotations

import os
import stat
import time

from pamkit.stores.file_state import is_for_all, is_roots, state_of, tells_of_changes
from pamkit.stores.open_to_all import has_access_list
from pamkit.stores.regular import read_with_status
from pamkit.stores.root import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.stores.file_state import State
    from pamkit.stores.root import Root

    Kept = tuple[State, bytes]
    """The state of a file, and what is in it."""

PLACES = ("/etc/", "/usr/")
"""Where a file must lie: elsewhere are those that the kernel makes up when they are read."""

MOST = 64
"""Files that are kept; before there are more all are forgotten."""

LARGEST = 1 << 14
"""Bytes of a file that is kept."""

_shared: dict[bytes, Kept] = {}


def read_once(root: Root, path: str, *, limit: int, now: Callable[[], int] = time.time_ns) -> bytes:
    """Return the bytes of a regular file in one of `PLACES` of the system, whose root it is.

    `OSError` if it cannot be read, is no regular file, or has more than ``limit`` bytes.  ``now``
    gives the time of day in nanoseconds.
    """
    name = absolute(path)
    known = _shared.get(name)
    if known is not None and known[0] == state_of(os.stat(name)) and len(known[1]) <= limit:
        return known[1]
    # Both of the same open file: the name may lead to another meanwhile, and back again.
    found, data = read_with_status(root, path, limit=limit)
    keep(name, found, data, now=now)
    return data


def known_of(name: bytes) -> tuple[os.stat_result, bytes] | None:
    """Return status and bytes of a file that is kept, if it is as it was."""
    known = _shared.get(name)
    if known is None:
        return None
    try:
        found = os.stat(name)
    except OSError:
        return None
    return (found, known[1]) if known[0] == state_of(found) else None


def keep(
    name: bytes, found: os.stat_result, data: bytes, *, now: Callable[[], int] = time.time_ns
) -> None:
    """Keep what a file was found to hold, if that may be; ``found``: its status before."""
    # What the kernel makes up says nothing of its size.
    is_whole = len(data) == found.st_size <= LARGEST
    state = state_of(found)
    if not (is_whole and stat.S_ISREG(found.st_mode) and is_roots(state) and is_for_all(state)):
        return
    try:
        if has_access_list(name) or state_of(os.stat(name)) != state:
            return
    except OSError:
        return
    if tells_of_changes(name, state, now()):
        if len(_shared) >= MOST:
            _shared.clear()
        _shared[name] = (state, data)
