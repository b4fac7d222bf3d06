"""Files in a mapping, with status, faults and dropped rights."""

from __future__ import annotations

from pamkit.module.world import MAX_FILE, FileStatus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pamkit.module.world import Account

# `errno` would be one import more than a transaction in memory needs.
_ENOENT, _EFBIG = 2, 27


class Dropped:
    """File access as another user, noted for the test."""

    def __init__(self, files: MemoryFiles, account: Account) -> None:
        """Act as ``account``."""
        self._files, self._account = files, account

    def __enter__(self) -> None:
        """Become the user."""
        self._files.acting_as = self._account.name

    def __exit__(self, *_: object) -> None:
        """Become oneself again."""
        self._files.acting_as = ""


class MemoryFiles:
    """Files in a mapping; a value that is an exception is raised when the file is read."""

    def __init__(self, files: Mapping[str, bytes | str | OSError] | None = None) -> None:
        """Serve these files; texts are encoded as UTF-8."""
        self.files: dict[str, bytes | OSError] = {
            path: data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
            for path, data in (files or {}).items()
        }
        self.programs: set[str] = set()
        self.open_to_all: set[str] = set()
        """Files that need not be read with the rights of a user."""
        self.statuses: dict[str, FileStatus] = {}
        """What lies at a path, where it is no ordinary file."""
        self.acting_as = ""
        self.read_by: list[tuple[str, str]] = []
        """Path and user (`""`: oneself) of each read."""
        self.made: list[tuple[str, str]] = []
        """Path and user of each new file, as in ``read_by``."""
        self.removed: list[tuple[str, str]] = []
        self.replaced: dict[str, int] = {}
        """The permission bits of files that were replaced."""

    def read(self, path: str, *, limit: int = MAX_FILE) -> bytes:
        """Return a file's bytes; `FileNotFoundError` or the exception that lies there."""
        self.read_by.append((path, self.acting_as))
        data = self.files.get(path)
        if data is None:
            raise FileNotFoundError(_ENOENT, "no such file", path)
        if isinstance(data, OSError):
            raise data
        if len(data) > limit:
            raise OSError(_EFBIG, f"the file has more than {limit} bytes", path)
        return data

    def read_with_status(
        self, path: str, *, follow: bool = True, limit: int = MAX_FILE
    ) -> tuple[FileStatus, bytes]:
        """Return a file's status and bytes; the exception that lies there is raised."""
        status = self.status(path, follow=follow)
        return status, self.read(path, limit=limit) if status.kind == "file" else b""

    def status(self, path: str, *, follow: bool = True) -> FileStatus:
        """Return the status that was put into ``statuses``, or that of an ordinary file."""
        if path in self.statuses:
            return self.statuses[path]
        if path not in self.files and any(name.startswith(f"{path}/") for name in self.files):
            return FileStatus("directory", 0o755)
        data = self.files.get(path)
        if data is None:
            raise FileNotFoundError(_ENOENT, "no such file", path)
        return FileStatus("file", size=0 if isinstance(data, OSError) else len(data))

    def names(self, path: str) -> tuple[str, ...]:
        """Return the names of files that lie in a directory, sorted."""
        place = path.rstrip("/") + "/"
        below = [name for name in self.files if name.startswith(place)]
        found = {name[len(place) :].partition("/")[0] for name in below}
        if not found:
            raise FileNotFoundError(_ENOENT, "no such directory", path)
        return tuple(sorted(found))

    def exists(self, path: str) -> bool:
        """Whether something lies at the path."""
        return path in self.files

    def is_open_to_all(self, path: str) -> bool:
        """Whether the path is one of ``open_to_all``."""
        return path in self.open_to_all

    def runnable(self, path: str) -> bool:
        """Whether the path is one of ``programs``."""
        return path in self.programs

    def replace(self, path: str, data: bytes, *, mode: int) -> None:
        """Put a file in the place of another; an exception that lies there is raised."""
        there = self.files.get(path)
        if isinstance(there, OSError):
            raise there
        self.files[path], self.replaced[path] = data, mode

    def new(self, directory: str, start: str) -> str:
        """Make an empty file; an exception that lies at the directory is raised."""
        there = self.files.get(directory)
        if isinstance(there, OSError):
            raise there
        path = f"{directory}/{start}{len(self.made):06d}"
        self.files[path] = b""
        self.made.append((path, self.acting_as))
        return path

    def remove(self, path: str) -> None:
        """Forget a file; an exception that lies there is raised."""
        there = self.files.get(path)
        if isinstance(there, OSError):
            raise there
        if there is None:
            raise FileNotFoundError(_ENOENT, "No such file or directory", path)
        del self.files[path]
        self.removed.append((path, self.acting_as))

    def drop_to(self, account: Account) -> Dropped:
        """Read files as another user for a while."""
        return Dropped(self, account)
