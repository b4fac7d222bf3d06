"""A file that this user alone can write, and that has its name only when it is complete."""

from __future__ import annotations

import errno
import os
import stat

from pamkit.stores.journal_place import is_open_to_others, refusal
from pamkit.stores.root import Root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def make_once(path: str, fill: Callable[[str], object]) -> None:
    """Make a file, and its directory, if it is not there; of many who do it at once one succeeds.

    ``path`` is absolute, ``fill`` gets the path of an empty file beside it.  `OSError` if it cannot
    be made, or others could write it.
    """
    _make_directory(path.rpartition("/")[0] or "/")
    if _is_there(path):
        return
    require_own(path)
    aside = f"{path}.{os.urandom(8).hex()}.new"
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    try:
        fill(aside)
        os.link(aside, path)
    except FileExistsError:
        return  # another process was first
    finally:
        os.unlink(aside)


def require_own(path: str) -> None:
    """Raise `PermissionError` if somebody else can write a file, or put another in its place.

    Where it is root's, also directories above it are looked at.  Root's own file is nobody else's.
    """
    root = Root()
    if is_open_to_others(root, path):
        raise refusal(path)
    with root.place(path) as place:
        own = _is_own(os.fstat(place.directory))
        if own and _is_there(path):  # else it will be made
            own = _is_own(os.stat(place.name, dir_fd=place.directory, follow_symlinks=False))
    if not own:
        reason = "others can write it, or its directory: what it says could be anybody's"
        raise PermissionError(errno.EPERM, reason, path)


def _make_directory(directory: str) -> None:
    if _is_there(directory):
        return
    try:
        os.mkdir(directory, 0o700)
    except FileExistsError:
        return  # another process was first


def _is_own(status: os.stat_result) -> bool:
    writers = stat.S_IWGRP | stat.S_IWOTH
    return status.st_uid in (0, os.geteuid()) and not status.st_mode & writers


def _is_there(path: str) -> bool:
    try:
        os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
