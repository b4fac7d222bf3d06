"""Files of login records in memory: bytes by path, and databases that SQLite keeps in memory."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from types import TracebackType

    Value = bytes | int | None

_ENOENT, _EIO, _EAGAIN = 2, 5, 11


class MemoryLoginFiles:
    """Files that a test can look into; those that are not in ``files`` are not there."""

    def __init__(self) -> None:
        """Have no files."""
        self.files: dict[str, bytearray] = {}
        self.databases: dict[str, sqlite3.Connection] = {}
        """Made as they are asked for."""
        self.faults: dict[str, OSError] = {}
        """What is raised, by path, instead of giving a file."""
        self.held: list[str] = []
        """The files that somebody holds, for whom everybody else waits."""
        self.writing: set[str] = set()
        """The files that somebody is writing, for whom readers wait as well."""
        self.open_to_all: set[str] = set()
        """The files that any user may read or write."""
        self.kind_of_machine = "x86_64"

    def machine(self) -> str:
        """Return the kind of machine."""
        return self.kind_of_machine

    def hold(
        self, path: str, *, start: int = 0, length: int = 0, create: int | None = None
    ) -> MemoryHeldFile:
        """Return a file, held; `BlockingIOError` if it is."""
        if create is not None and path not in self.faults:
            self.files.setdefault(path, bytearray())
        found = self._file(path)
        if path in self.held:
            raise BlockingIOError(_EAGAIN, "somebody has it", path)
        self.held.append(path)
        return MemoryHeldFile(self, path, found)

    def read(
        self, path: str, at: int, size: int, *, waits: bool = True, to_write: bool = False
    ) -> bytes:
        """Return bytes of a file; `BlockingIOError` if it is among ``writing``."""
        if waits and path in self.writing:
            raise BlockingIOError(_EAGAIN, "somebody is writing", path)
        return bytes(self._file(path)[at : at + size])

    def change(
        self, path: str, create: str, statement: str, values: tuple[Value, ...]
    ) -> tuple[Value, ...] | None:
        """Carry out a statement on a database."""
        import sqlite3

        if path in self.faults:
            raise self.faults[path]
        if path in self.held:
            raise BlockingIOError(_EAGAIN, "somebody is writing", path)
        if path not in self.databases:
            self.databases[path] = sqlite3.connect(
                ":memory:", isolation_level=None, check_same_thread=False
            )
            self.databases[path].text_factory = bytes
        self.databases[path].execute(create)
        row: tuple[Value, ...] | None = self.databases[path].execute(statement, values).fetchone()
        return row

    def look(
        self, path: str, statement: str, values: tuple[Value, ...]
    ) -> tuple[Value, ...] | None:
        """Return the first row that a statement finds in a database."""
        import sqlite3

        if path in self.faults:
            raise self.faults[path]
        if path not in self.databases:
            raise FileNotFoundError(_ENOENT, "No such file or directory", path)
        try:
            found = self.databases[path].execute(statement, values)
        except sqlite3.Error as fault:
            raise OSError(_EIO, str(fault), path) from None
        row: tuple[Value, ...] | None = found.fetchone()
        return row

    def _file(self, path: str) -> bytearray:
        if path in self.faults:
            raise self.faults[path]
        if path not in self.files:
            raise FileNotFoundError(_ENOENT, "No such file or directory", path)
        return self.files[path]


class MemoryHeldFile:
    """A file in memory, as long as it is held."""

    def __init__(self, files: MemoryLoginFiles, path: str, data: bytearray) -> None:
        """Hold the file at ``path``."""
        self._files, self._path, self._data = files, path, data

    def size(self) -> int:
        """Return how many bytes it has."""
        return len(self._data)

    def is_open_to_all(self) -> bool:
        """Whether any user may read or write it."""
        return self._path in self._files.open_to_all

    def read(self, at: int, size: int) -> bytes:
        """Return bytes of it."""
        return bytes(self._data[at : at + size])

    def write(self, at: int, data: bytes) -> None:
        """Write over what is there; a hole before it is filled."""
        self._data.extend(bytes(max(0, at - len(self._data))))
        self._data[at : at + len(data)] = data

    def append(self, at: int, data: bytes) -> None:
        """Write at the end."""
        self.write(at, data)

    def __enter__(self) -> MemoryHeldFile:
        """Use it."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Give it back."""
        self._files.held.remove(self._path)
