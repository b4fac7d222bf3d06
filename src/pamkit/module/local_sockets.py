"""Protocols for other programs of this machine that are asked over a socket, `unix(7)`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class LocalSockets(Protocol):
        """Sockets on which programs of this machine wait to be asked."""

        def connect(self, path: str) -> LocalSocket:
            """Return a connection to who waits at a path; ``@name`` is a name without a file.

            Nobody is waited for: `BlockingIOError` if there are too many before us, so try again
            after a while.  Another `OSError` if nobody is there.
            """

        def let_go(self, descriptor: int) -> None:
            """Close a descriptor that came over a socket.

            Not if the application has closed it, and its number is another file's by now.
            """

    class LocalSocket(Protocol):
        """A connection.  Its methods wait for nobody, and raise `BlockingIOError` instead."""

        def send(self, data: bytes) -> int:
            """Send the beginning of some bytes; return how many.  `OSError` if it fails."""

        def receive(self, size: int) -> tuple[bytes, tuple[int, ...]]:
            """Return what came, at most ``size`` bytes, and descriptors that came with it.

            They are the caller's from then on.  No bytes: the other side has hung up.  `OSError`
            if it fails, or some descriptor did not get through, and then none is left behind.
            """

        def process(self) -> int:
            """Return the number of the process that waited there; `OSError` if none can tell."""

        def close(self) -> None:
            """Hang up."""
