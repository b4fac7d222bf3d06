"""Where a module's configuration lies: the administrator's files, else the distribution's.

C: Linux-PAM is built with one vendor directory or none, ``--enable-vendordir``; openSUSE has
`/usr/etc`, Fedora `/usr/share`.  A file below it counts only where the one in `/etc` is missing.
"""

from __future__ import annotations

from pamkit.module.world import MAX_FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Files, FileStatus

_ETC = "/etc/"
_VENDORS = ("/usr/etc/", "/usr/share/")


def read_first(files: Files, path: str, *, limit: int = MAX_FILE) -> tuple[str, bytes] | None:
    """Return path and bytes of a file of `/etc`, or of the one a distribution has in its place.

    `None` if there is none; `OSError` if the first that is there cannot be read or has more than
    ``limit`` bytes: another one is never read instead.
    """
    for place in _places(path):
        try:
            return place, files.read(place, limit=limit)
        except (FileNotFoundError, NotADirectoryError):
            continue
    return None


def read_first_with_status(
    files: Files, path: str, *, limit: int = MAX_FILE
) -> tuple[str, FileStatus, bytes] | None:
    """Return path, status and bytes of a file of `/etc`, or of a distribution's in its place.

    For files that are believed only if nobody else can have written them; see `read_first`.
    `OSError` has the path in ``filename``.
    """
    for place in _places(path):
        try:
            return place, *files.read_with_status(place, limit=limit)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as odd:
            odd.filename = place  # not what the store may have made of it
            raise
    return None


def drop_ins(files: Files, directory: str, suffix: str = ".conf") -> tuple[str, ...]:
    """Return the paths of the files in a directory of `/etc` and in the distribution's, by name.

    A file of the administrator hides the distribution's of the same name; `OSError` if a
    directory that is there cannot be read.
    """
    found: dict[str, str] = {}
    for place in reversed(_places(directory)):
        try:
            names = files.names(place)
        except (FileNotFoundError, NotADirectoryError):
            continue
        # C: `glob(3)` with a star, which hidden files do not fit.
        wanted = (name for name in names if name.endswith(suffix) and name[0] != ".")
        found |= {name: f"{place}/{name}" for name in wanted}
    return tuple(found[name] for name in sorted(found))


def directories(files: Files, path: str) -> tuple[str, ...]:
    """Return a directory of `/etc` and those that distributions have beside it, if they are there.

    Without any it is the one of `/etc`, which whoever uses it will miss.
    """
    found = []
    for place in _places(path):
        try:
            files.status(place)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            pass  # it is there, and whoever uses it will find what is wrong
        found.append(place)
    return tuple(found) or (path,)


def _places(path: str) -> tuple[str, ...]:
    if not path.startswith(_ETC):
        return (path,)
    below = path.removeprefix(_ETC)
    return (path, *[vendor + below for vendor in _VENDORS])
