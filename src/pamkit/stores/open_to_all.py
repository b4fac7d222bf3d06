"""Files that every user may read, whoever it is: what is in them is kept from nobody.

To read a file as a user takes that user's groups, and the name service may be long about them.
"""

from __future__ import annotations

import os
import stat
import time

from pamkit.stores.file_state import is_settled, state_of
from pamkit.stores.root import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.stores.file_state import State
    from pamkit.stores.root import Root

_READ, _PASS = 0o444, 0o111
_OTHERS_WRITE = 0o022
_MOST = 64
_LISTS = "system."
"""How the attributes begin that file systems keep lists of access in: `acl(5)`, `nfs4_acl(5)`."""


def is_open_to_all(root: Root, path: str, *, now: Callable[[], int] = time.time_ns) -> bool:
    """Whether a regular file is root's, and nothing on the way there keeps any user from it.

    Each directory can be passed by everybody, and changed by root alone; so it stays so until the
    file is read.  No class of users may do less than another (a group can be shut out of what is
    open to the rest), no list of access may be there, and no link: where one of these is, or
    nobody can tell, the answer is no.  Only of the system's own root, else always no.

    ``now`` gives the time of day in nanoseconds.
    """
    if not root.is_system:
        return False
    try:
        head, *way, file = absolute(path).split(b"/")
        if not {b"", b".", b".."}.isdisjoint((*way, file)):
            return False
        if not _is_plain(b"/", stat.S_IFDIR | _PASS, now):
            return False
        for name in way:
            head += b"/" + name
            if not _is_plain(head, stat.S_IFDIR | _PASS, now):
                return False
        # The way is root's alone, and all of it is open to owner, group and others.
        return _is_plain(head + b"/" + file, stat.S_IFREG | _READ, now)
    except OSError:
        return False


def has_access_list(path: bytes, *, follow: bool = True) -> bool:
    """Whether a list says who may do what with a file; `OSError` if nobody can tell."""
    names = os.listxattr(path, follow_symlinks=follow)
    return any(name.startswith(_LISTS) for name in names)


def _is_plain(path: bytes, wanted: int, now: Callable[[], int]) -> bool:
    found = os.lstat(path)
    state = state_of(found)
    if _plain.get((path, wanted)) == state:
        return True
    is_plain = _is_so(path, found, wanted)
    if is_plain and is_settled(state, now()):
        if len(_plain) >= _MOST:
            _plain.clear()
        _plain[path, wanted] = state
    return is_plain


_plain: dict[tuple[bytes, int], State] = {}
"""What was found plain, by its state: also a list of access changes that."""


def _is_so(path: bytes, found: os.stat_result, wanted: int) -> bool:
    mode = found.st_mode
    return (
        stat.S_IFMT(mode) == stat.S_IFMT(wanted)
        and mode & stat.S_IMODE(wanted) == stat.S_IMODE(wanted)
        and not mode & _OTHERS_WRITE
        and found.st_uid == 0
        and not has_access_list(path, follow=False)
    )
