"""Where built libraries are: the ones this pamkit brings, or the ones that were built on demand."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from pamkit.native.contents import PAMKIT
from pamkit.native.problem import Problem
from pamkit.native.recipe import LIBRARIES
from pamkit.native.stamp import stamp, stamp_of

SHIPPED = PAMKIT / "native" / "lib"
"""Where a wheel with libraries has them."""

SYSTEM_BUILD = Path("/var/cache/pamkit/native")
"""Where root builds: others can reach it, so setuid programs can be tried with it."""

INSTALLED = Path("/usr/local/lib/pamkit")
"""Where libraries are installed, unless it is said otherwise."""


def build_directory(environment: Mapping[str, str], *, uid: int) -> Path:
    """Return where a user's own build belongs: `$XDG_CACHE_HOME/pamkit/native`, or root's place."""
    if uid == 0:
        return SYSTEM_BUILD
    cache = environment.get("XDG_CACHE_HOME", "")
    if not cache.startswith("/"):
        cache = os.path.join(environment.get("HOME", "/"), ".cache")
    return Path(cache, "pamkit", "native")


def find_libraries(environment: Mapping[str, str], *, uid: int) -> Path:
    """Return the directory with libraries that belong to this pamkit.

    What was built comes first, if it was built from these very sources; then what a wheel brought.
    Raises `Problem` where there is neither.
    """
    built = build_directory(environment, uid=uid)
    if is_complete(built) and stamp_of(built) == stamp():
        return built
    if is_complete(SHIPPED):
        return SHIPPED
    if is_complete(built):
        raise Problem(
            f"the libraries in `{built}` were built from other sources", "run `pamkit native build`"
        )
    raise Problem(f"there are no native libraries in `{built}`", "run `pamkit native build`")


def is_complete(directory: Path) -> bool:
    """Whether a directory holds every library."""
    return all((directory / row.file).is_file() for row in LIBRARIES)


def unsafe(path: Path) -> tuple[str, ...]:
    """Return why others than root could change what lies at a path: a sentence per file.

    The file itself is looked at, what it points to, and every directory above.
    """
    found = []
    for part in (path, *path.parents):
        try:
            what = part.lstat()
        except OSError as fault:
            found.append(f"`{part}` cannot be examined: {(fault.strerror or '').lower()}")
            continue
        if what.st_uid != 0:
            found.append(f"`{part}` belongs to user {what.st_uid}; expected root")
        if stat.S_ISLNK(what.st_mode):
            found += unsafe(Path(os.path.normpath(part.parent / part.readlink())))
            continue
        # C: in a sticky directory only the owner of a file can replace it.
        is_sticky = stat.S_ISDIR(what.st_mode) and what.st_mode & stat.S_ISVTX and part != path
        if what.st_mode & 0o022 and not is_sticky:
            found.append(f"`{part}` can be written by others; mode {what.st_mode & 0o7777:04o}")
    return tuple(dict.fromkeys(found))


def unreachable(path: Path) -> str:
    """Return the first directory above a path that other users cannot pass; empty if they can."""
    for part in (*reversed(path.parents), path):
        if part.is_dir() and not part.stat().st_mode & 0o001:
            return str(part)
    return ""
