"""What changes with a file, and whether one more change would be seen.

What was found in a file, or in a directory, may be kept as long as its state stays the same.  What
a program writes through a mapping in memory, mmap(2), has the time of its first write there: one
that goes on writing after that gives no other state.
"""

from __future__ import annotations

import os
import stat
from _operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    State = tuple[int, int, int, int, int, int, int, int]
    """Device, inode, mode, owner, group, size, and when content and inode changed."""

_UNSETTLED = 2_000_000_000
"""Nanoseconds within which two changes can look like one: the coarsest clock of a file system."""

_READ, _PASS = 0o444, 0o111
_OTHERS_WRITE = 0o022
_DEVICE, _MODE, _OWNER, _SIZE, _CHANGED = 0, 2, 3, 5, 7
_ROOT = 0
_SECOND = 1_000_000_000


state_of: Callable[[os.stat_result], State] = attrgetter(
    *("st_dev", "st_ino", "st_mode", "st_uid", "st_gid", "st_size", "st_mtime_ns", "st_ctime_ns")
)
"""Return the state of a file."""


def is_settled(state: State, now: int) -> bool:
    """Whether another change will give another state; ``now``: nanoseconds since 1970."""
    return max(state[-2:]) < now - _UNSETTLED


def tells_of_changes(path: bytes, state: State, now: int) -> bool:
    """Whether a look at what lies at a path, in that state now, will show each later change.

    Not yet, if it is not settled; and never, where nobody writes down what changes, or the look
    may be at what was remembered of an earlier one.
    """
    # The kernel says nothing of the size of what it makes up, nor when that becomes another.
    if not state[_SIZE] or not is_settled(state, now):
        return False
    try:
        return not may_be_image(path, state[_CHANGED]) and is_here(path, state[_DEVICE])
    except OSError:
        return False


def may_be_image(path: bytes, changed: int) -> bool:
    """Whether another file may come to lie there that was changed at the same nanosecond.

    Images that are only read are made with one time for all, the same in each of their versions,
    and one is mounted in the place of another.  `OSError` if nobody can tell.
    """
    return changed % _SECOND == 0 and bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def is_here(path: bytes, device: int) -> bool:
    """Whether a file system is on this machine: of others the kernel remembers states for a while.

    Files are opened there to see what is new (nfs(5), close-to-open), and looks do not open.
    """
    if os.major(device):
        return True  # a disk
    from pamkit.stores.held_stat import is_on_this_machine

    return is_on_this_machine(path, device)


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
