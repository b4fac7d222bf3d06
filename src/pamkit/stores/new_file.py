"""Files that were not there, under names that nobody can foresee; and how they go again."""

from __future__ import annotations

import errno
import os

from pamkit.formats.passwd import bytes_of, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.stores.root import Root

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_LENGTH = 6
_MOST_TRIES = 100

# C: `mkstemp(3)`.  A link in the place of the name is no file of ours, wherever it leads.
_MAKE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY


def new_file(root: Root, directory: str, start: str) -> str:
    """Make an empty file for its owner alone; return its path."""
    parent = _entered(root, directory)
    try:
        for _ in range(_MOST_TRIES):
            name = bytes_of(start) + _chance()
            try:
                os.close(os.open(name, _MAKE, 0o600, dir_fd=parent))
            except FileExistsError:
                continue
            return f"{directory}/{text_of(name)}"
    finally:
        os.close(parent)
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), directory)


def remove(root: Root, path: str) -> None:
    """Remove what lies at a path, a link itself, but no directory."""
    head, _, name = path.rpartition("/")
    if name in ("", ".", ".."):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
    parent = _entered(root, head or "/")
    try:
        os.unlink(bytes_of(name), dir_fd=parent)
    finally:
        os.close(parent)


def _entered(root: Root, directory: str) -> int:
    return root.open(directory, os.O_PATH | os.O_DIRECTORY)


def _chance() -> bytes:
    """Return letters and digits; the few that come a little more often are no help to anybody."""
    return bytes(_LETTERS[byte % len(_LETTERS)] for byte in os.urandom(_LENGTH))
