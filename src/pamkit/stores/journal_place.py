"""Whether somebody else than root could lay a journal beside an SQLite file that root uses.

SQLite carries out a journal that it finds beside a file, before anything else, and even where it
was only asked to look: it writes what the journal says into the file, and removes another file
that the journal names, wherever that is.  Nothing in the file or in the settings prevents it, but
opening the file to be read only does.  So root writes a file of users only where nobody else could
have laid a journal; everybody else has no more to lose than whoever lays it could take.
"""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.stores.root import Root

_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def is_open_to_others(root: Root, file: str) -> bool:
    """Whether this process is root, and others can put something in a file's place or beside it.

    ``file`` is an absolute path; `OSError` if its directory is not there.
    """
    if os.geteuid() != 0:
        return False
    passed: list[os.stat_result] = []
    with root.place(file, lambda directory: passed.append(os.fstat(directory))) as place:
        last = os.fstat(place.directory)
    # Where names can be removed by their owners alone, those above cannot be exchanged.
    return not _is_roots(last) or any(
        not _is_roots(each) and not (each.st_uid == 0 and each.st_mode & stat.S_ISVTX)
        for each in passed
    )


def refusal(file: str) -> PermissionError:
    """Return why root does not write a file."""
    reason = "others than root can write its directory, or one above it: root only reads it"
    return PermissionError(errno.EPERM, reason, file)


def _is_roots(status: os.stat_result) -> bool:
    return status.st_uid == 0 and not status.st_mode & _BY_OTHERS
