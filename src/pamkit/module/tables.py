"""Tables of Solaris that lie in a file and in a directory of parts beside it: `x` and `x.d`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Files


def read_table(files: Files, path: str) -> tuple[bytes, ...]:
    """Return what there is of a table: the file, and then its parts in the order of their names.

    Parts whose names begin with a dot are none.  `OSError` for what is there and cannot be read.
    """
    place = f"{path}.d"
    try:
        names = files.names(place)
    except FileNotFoundError:
        names = ()
    parts = (f"{place}/{name}" for name in names if not name.startswith("."))
    texts = (read_if_there(files, part) for part in (path, *parts))
    return tuple(text for text in texts if text is not None)


def read_if_there(files: Files, path: str) -> bytes | None:
    """Return the bytes of a file; `None` if there is none, `OSError` if it cannot be read."""
    try:
        return files.read(path)
    except FileNotFoundError:
        return None
