"""Paths below a root directory: whatever they name, they stay inside.

Container images are full of absolute symbolic links that mean the image's own root.  They
are followed there, ``..`` stops at the root, and no name on the way can lead out, not even
if somebody renames directories meanwhile: every step is taken from an open directory.
"""

from __future__ import annotations

import errno
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_MOST_LINKS = 40
"""How many symbolic links one path may follow; the kernel's own limit."""

_PIECE = 1 << 16
"""Bytes that are read at once."""

_DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Root:
    """A directory that is taken for ``/``."""

    __slots__ = ("_path", "is_system", "path")

    def __init__(self, path: str = "/") -> None:
        """Take ``path`` for the root; it is opened at each use.

        A relative path counts from where the process is now, wherever it goes later.  Raises
        `ValueError` for an empty one: a setting that is missing must not mean the whole system.
        """
        if not path:
            raise ValueError("the root directory is empty: expected a path, or `/`")
        self.path = _from_here(os.fspath(path))
        self._path = _encoded(self.path)
        self.is_system = self.path == "/"
        """Whether this is the real root: the C library sees the same files."""

    def open(self, path: str, flags: int = os.O_RDONLY) -> int:
        """Return a descriptor of what lies at an absolute path; `OSError` if it cannot be.

        It waits for no FIFO and no device, and becomes nobody's controlling terminal.
        """
        flags |= os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
        if self.is_system:
            return os.open(absolute(path), flags)
        with self.place(path) as place:
            return os.open(place.name, flags | os.O_NOFOLLOW, dir_fd=place.directory)

    def place(self, path: str, passed: Callable[[int], object] | None = None) -> Place:
        """Return the directory, opened, and the name to which a path leads in the end.

        Symbolic links are followed, the last one as well; nothing need be there.  ``passed`` gets
        a descriptor of each directory in which a name on the way was looked up.  `OSError` if a
        directory on the way is missing.
        """
        pending = absolute(path).split(b"/")[::-1]
        trail = [os.open(self._path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)]
        links = 0
        try:
            while pending:
                name = pending.pop()
                if name in (b"", b"."):
                    continue
                if name == b"..":
                    if len(trail) > 1:
                        os.close(trail.pop())
                    continue
                if passed is not None:
                    passed(trail[-1])
                target = _link(name, trail[-1])
                if target is not None:
                    links += 1
                    if links > _MOST_LINKS:
                        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
                    while target[:1] == b"/" and len(trail) > 1:
                        os.close(trail.pop())
                    pending += target.split(b"/")[::-1]
                elif pending:
                    trail.append(os.open(name, _DIRECTORY, dir_fd=trail[-1]))
                else:
                    return Place(trail.pop(), name)
            return Place(trail.pop(), b".")
        finally:
            for descriptor in trail:
                os.close(descriptor)


class Place:
    """A name in an open directory; a context manager that closes the directory."""

    __slots__ = ("directory", "name")

    def __init__(self, directory: int, name: bytes) -> None:
        """Own the descriptor ``directory``."""
        self.directory, self.name = directory, name

    def __enter__(self) -> Place:
        """Use the place."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Close the directory."""
        os.close(self.directory)


def read_all(descriptor: int, limit: int, size: int = 0) -> bytes:
    """Return all there is to read, at most ``limit`` bytes; `OSError` if a read fails.

    ``size``: how many bytes a regular file has, if it says so; those of the kernel say nothing.
    """
    if 0 < size < min(limit, _PIECE):
        # One byte more is asked for: where none comes the file is over.
        data = os.read(descriptor, size + 1)
        if len(data) == size:
            return data
        return data + read_all(descriptor, limit - len(data)) if data else data
    pieces, left = [], limit
    while left > 0:
        piece = os.read(descriptor, min(left, _PIECE))
        if not piece:
            break
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def absolute(path: str) -> bytes:
    """Return an absolute path in bytes; `OSError` if it is none."""
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        name = b""
    if name[:1] == b"/" and b"\0" not in name:
        return name
    if path[:1] != "/":
        raise OSError(errno.EINVAL, "not an absolute path", path)
    return _encoded(path)  # it says what is wrong


def _link(name: bytes, directory: int) -> bytes | None:
    """Return what a symbolic link says; `None` for anything else, present or not."""
    try:
        return os.readlink(name, dir_fd=directory)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ENOENT):
            return None
        raise


def _from_here(path: str) -> str:
    """Return an absolute path without `.`, `..` and doubled slashes; no link is looked at.

    `os.path.abspath` would do; in the core of our own libpam.so.0 there is no `os.path`.
    """
    names: list[str] = []
    for name in (path if path.startswith("/") else f"{os.getcwd()}/{path}").split("/"):
        if name == "..":
            del names[-1:]
        elif name not in ("", "."):
            names.append(name)
    return "/" + "/".join(names)


def _encoded(path: str) -> bytes:
    """Return a path in the bytes it was read from, whatever the locale says."""
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise OSError(errno.EINVAL, "no path", repr(path)) from None
    if b"\0" in name:
        raise OSError(errno.EINVAL, "a NUL in a path", repr(path))
    return name
