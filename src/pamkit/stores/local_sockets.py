"""Sockets of this machine, behind `module.local_sockets`: `unix(7)`."""

from __future__ import annotations

import errno
import os

from pamkit.formats.passwd import bytes_of
from pamkit.stores.c_library import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.local_sockets import LocalSocket


class SystemSockets:
    """The sockets of the machine we run on, and which file each descriptor is that came."""

    __slots__ = ("_came",)

    def __init__(self) -> None:
        """Nothing came yet."""
        self._came: dict[int, tuple[int, int]] = {}

    def connect(self, path: str) -> OpenSocket:
        """Connect to who waits at a path."""
        return OpenSocket(c_library.local_connect(bytes_of(path)), self._came)

    def let_go(self, descriptor: int) -> None:
        """Close a descriptor, if it is still what came."""
        came = self._came.pop(descriptor, None)
        # Who makes a daemon of himself closes all there are, and opens others in their place.
        if came is not None and came == _file_of(descriptor):
            os.close(descriptor)


class OpenSocket:
    """A connection that was opened."""

    __slots__ = ("_came", "_descriptor")

    def __init__(self, descriptor: int, came: dict[int, tuple[int, int]]) -> None:
        """Have a connected socket, which is this object's from now on; note in ``came`` what comes.

        That is, for each descriptor that comes, which file it is.
        """
        self._descriptor, self._came = descriptor, came

    def send(self, data: bytes) -> int:
        """Send the beginning of some bytes."""
        # C: a program that does not ignore SIGPIPE must survive a bus that hangs up.
        return c_library.write_quietly(self._descriptor, data)

    def receive(self, size: int) -> tuple[bytes, tuple[int, ...]]:
        """Return what came."""
        data, descriptors = c_library.local_receive(self._descriptor, size)
        for one in descriptors:
            file = _file_of(one)
            if file is not None:
                self._came[one] = file
        return data, descriptors

    def process(self) -> int:
        """Return the number of the process that waited there."""
        return c_library.local_peer(self._descriptor)

    def close(self) -> None:
        """Hang up."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


class NoSockets:
    """The sockets of another machine, on which nobody waits."""

    __slots__ = ()

    def connect(self, path: str) -> LocalSocket:
        """Refuse: who waits here serves the users of this machine."""
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    def let_go(self, descriptor: int) -> None:
        """Do nothing: no descriptor came from there."""


def _file_of(descriptor: int) -> tuple[int, int] | None:
    """Return which file a descriptor is; `None` if it is closed."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino
