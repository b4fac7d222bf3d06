"""Programs in memory that are asked over a socket."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Speak = Callable[[bytes], "list[Said]"]
    """Told all that was sent so far, returns what is said then that was not said before."""

    Said = tuple[bytes, tuple[int, ...]] | OSError
    """Bytes with descriptors; no bytes: it hangs up."""

_ENOENT, _EAGAIN = 2, 11


class MemorySockets:
    """Who waits where; nobody, until a test puts somebody there."""

    def __init__(self) -> None:
        """Nobody waits anywhere."""
        self.waiting: dict[str, Speak | OSError] = {}
        """Who speaks at each path, or what is raised there."""
        self.processes: dict[str, int] = {}
        """Which process waits at each path."""
        self.opened: list[MemorySocket] = []
        self.gone: list[int] = []
        """Descriptors that were closed."""

    def connect(self, path: str) -> MemorySocket:
        """Connect to who waits there; `FileNotFoundError` if nobody does."""
        speaks = self.waiting.get(path)
        if isinstance(speaks, OSError):
            raise speaks
        if speaks is None:
            raise FileNotFoundError(_ENOENT, "No such file or directory")
        self.opened.append(MemorySocket(speaks, self.processes.get(path, 1)))
        return self.opened[-1]

    def let_go(self, descriptor: int) -> None:
        """Note that a descriptor was closed."""
        self.gone.append(descriptor)


class MemorySocket:
    """A connection, and what was sent over it."""

    def __init__(self, speaks: Speak, process: int) -> None:
        """Connect to who speaks so."""
        self._speaks, self._process = speaks, process
        self._said: list[Said] = []
        self.sent = b""
        self.is_open = True
        self.takes = 1 << 20
        """How many bytes are taken at once; 0: it has to be tried again."""

    def send(self, data: bytes) -> int:
        """Take some bytes."""
        if self.takes == 0:
            raise BlockingIOError(_EAGAIN, "Resource temporarily unavailable")
        self.sent += data[: self.takes]
        self._said += self._speaks(self.sent)
        return min(len(data), self.takes)

    def receive(self, size: int) -> tuple[bytes, tuple[int, ...]]:
        """Return what is said next."""
        if not self._said:
            raise BlockingIOError(_EAGAIN, "Resource temporarily unavailable")
        said = self._said.pop(0)
        if isinstance(said, OSError):
            raise said
        data, descriptors = said
        if len(data) > size:
            self._said.insert(0, (data[size:], ()))
        return data[:size], descriptors

    def process(self) -> int:
        """Return the process that waits there."""
        return self._process

    def close(self) -> None:
        """Note that it is over."""
        self.is_open = False
