"""Names in directories of the system, which are listed again only when they have changed.

Only of directories that root alone can change and everybody can read: what users have in theirs is
not kept, and nobody is told what is kept from them.

INVARIANT: what has been changed since is never served.  A directory whose state changed while it
was listed, or so short a time before that its clock could not tell two changes apart, is not kept;
nor is one whose state does not tell of all changes, as that of `/proc`.
"""

from __future__ import annotations

import os
import time

from pamkit.formats.passwd import text_of
from pamkit.stores.file_state import is_for_all, is_roots, state_of, tells_of_changes
from pamkit.stores.open_to_all import has_access_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.stores.file_state import State

    Kept = tuple[State, tuple[str, ...]]
    """The state of a directory, and its names."""

MOST = 32
"""Directories that are kept; before there are more all are forgotten."""

MOST_NAMES = 256
"""Names in a directory that is kept."""

_shared: dict[bytes, Kept] = {}


def names_in(path: bytes, *, now: Callable[[], int] = time.time_ns) -> tuple[str, ...]:
    """Return the names in a directory, sorted; `OSError` if it cannot be read.

    ``now`` gives the time of day in nanoseconds.
    """
    known = _shared.get(path)
    if known is not None and known[0] == state_of(os.stat(path)):
        return known[1]
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # Both of the same open directory: the name may lead to another meanwhile, and back again.
        state, listed = state_of(os.fstat(descriptor)), os.listdir(descriptor)
    finally:
        os.close(descriptor)
    # The names come as the locale decodes them, which can be undone.
    names = tuple([text_of(name) for name in sorted(map(os.fsencode, listed))])
    if len(names) <= MOST_NAMES and is_roots(state) and tells_of_changes(path, state, now()):
        _keep(path, state, names)
    return names


def _keep(path: bytes, state: State, names: tuple[str, ...]) -> None:
    try:
        is_hidden = not is_for_all(state) or has_access_list(path)
        if is_hidden or state_of(os.stat(path)) != state:
            return
    except OSError:
        return
    if len(_shared) >= MOST:
        _shared.clear()
    _shared[path] = (state, names)
