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
    """The sockets of the machine we run on."""

    __slots__ = ()

    def connect(self, path: str) -> OpenSocket:
        """Connect to who waits at a path."""
        return OpenSocket(c_library.local_connect(bytes_of(path)))

    def let_go(self, descriptor: int) -> None:
        """Close a descriptor."""
        os.close(descriptor)


class OpenSocket:
    """A connection that was opened."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        """Have a connected socket, which is this object's from now on."""
        self._descriptor = descriptor

    def send(self, data: bytes) -> int:
        """Send the beginning of some bytes."""
        # C: a program that does not ignore SIGPIPE must survive a bus that hangs up.
        return c_library.write_quietly(self._descriptor, data)

    def receive(self, size: int) -> tuple[bytes, tuple[int, ...]]:
        """Return what came."""
        return c_library.local_receive(self._descriptor, size)

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
