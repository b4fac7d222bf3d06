"""What changes with a file, and whether one more change would be seen.

What was found in a file, or in a directory, may be kept as long as its state stays the same.
"""

from __future__ import annotations

import stat
from _operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    State = tuple[int, int, int, int, int, int, int, int]
    """Device, inode, mode, owner, group, size, and when content and inode changed."""

_UNSETTLED = 2_000_000_000
"""Nanoseconds within which two changes can look like one: the coarsest clock of a file system."""

_READ, _PASS = 0o444, 0o111
_OTHERS_WRITE = 0o022
_MODE, _OWNER = 2, 3
_ROOT = 0


state_of: Callable[[os.stat_result], State] = attrgetter(
    *("st_dev", "st_ino", "st_mode", "st_uid", "st_gid", "st_size", "st_mtime_ns", "st_ctime_ns")
)
"""Return the state of a file."""


def is_settled(state: State, now: int) -> bool:
    """Whether another change will give another state; ``now``: nanoseconds since 1970."""
    return max(state[-2:]) < now - _UNSETTLED


def is_for_all(state: State) -> bool:
    """Whether every user may read what lies there, or list it, as far as the mode says.

    `open_to_all.has_access_list` tells whether there is more to it.
    """
    mode = state[_MODE]
    wanted = _READ | _PASS if stat.S_ISDIR(mode) else _READ
    return mode & wanted == wanted


def is_roots(state: State) -> bool:
    """Whether root alone can change what lies there, as far as the mode says."""
    return state[_OWNER] == _ROOT and not state[_MODE] & _OTHERS_WRITE
