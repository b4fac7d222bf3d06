"""Reads files that root alone can have written, through the files of a world.

The file is a regular one of root's that nobody else may write, and so are the directories above it,
below the root of the world; no link is followed, and no `..`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Files, FileStatus

_EINVAL, _EPERM, _ENOTDIR = 22, 1, 20
_OTHERS = 0o022
_ROOT = 0


class NotRootsAlone(OSError):
    """Somebody else than root could have written it."""


def read_owned(files: Files, path: str) -> bytes:
    """Return the bytes of a file, from an absolute path.

    Raises `NotRootsAlone` for what others could have written, another `OSError` for what cannot be
    read; `FileNotFoundError` only if it is the file itself that is not there.
    """
    parts = path.split("/")
    is_plain = parts[0] == "" and len(parts) > 1 and not {"", ".", ".."}.intersection(parts[1:])
    if not is_plain or "\0" in path:
        raise OSError(_EINVAL, "expected an absolute path without `..'", path)
    for end in range(2, len(parts)):
        above = "/".join(parts[:end])
        try:
            _look(files.status(above, follow=False), "directory", above)
        except FileNotFoundError:
            # Not the errno of a missing file: who misses only the file may go on without it.
            raise OSError(_ENOTDIR, f"the directory `{above}' is not there", path) from None
    status, data = files.read_with_status(path, follow=False)
    _look(status, "file", path)
    return data


def _look(status: FileStatus, kind: str, path: str) -> None:
    if status.kind != kind:
        raise NotRootsAlone(_EPERM, f"it is no {kind}, but a {status.kind}", path)
    if status.uid != _ROOT:
        raise NotRootsAlone(_EPERM, f"it belongs to user {status.uid}, not to root", path)
    if status.mode & _OTHERS:
        raise NotRootsAlone(_EPERM, f"others than root may write it: mode {status.mode:04o}", path)
