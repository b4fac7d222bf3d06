"""Stamps in memory, of who proved who they are a while ago."""

from __future__ import annotations

from pamkit.module.world import FileStatus
from pamkit.vocab.secret import Secret

# `errno` would be one import more than a transaction in memory needs.
_ENOENT, _EAGAIN = 2, 11


class MemoryStamps:
    """The stamps in a directory; every directory is there."""

    def __init__(self, timestamps: MemoryTimestamps, directory: str) -> None:
        """Serve those of ``timestamps`` in a directory."""
        self._all, self._directory = timestamps, directory

    def read(self, owner: str, file: str) -> tuple[FileStatus, bytes]:
        """Return a stamp; the fault that the test wants is raised."""
        self._all.fail("read")
        path = self._path(owner, file)
        if path not in self._all.stamps:
            raise FileNotFoundError(_ENOENT, "No such file or directory")
        data = self._all.stamps[path]
        return self._all.statuses.get(path, FileStatus("file", 0o600, size=len(data))), data

    def prepare(self, owner: str) -> None:
        """Do nothing but raise the fault that the test wants."""
        self._all.fail("prepare")

    def write(self, owner: str, file: str, data: bytes) -> None:
        """Keep a stamp; the fault that the test wants is raised."""
        self._all.fail("write")
        self._all.stamps[self._path(owner, file)] = data

    def remove(self, owner: str, file: str) -> None:
        """Forget a stamp; the fault that the test wants is raised."""
        self._all.fail("remove")
        if self._all.stamps.pop(self._path(owner, file), None) is None:
            raise FileNotFoundError(_ENOENT, "No such file or directory")

    def _path(self, owner: str, file: str) -> str:
        return f"{self._directory}/{owner}/{file}"

    def __enter__(self) -> MemoryStamps:
        """Use the directory."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of it."""


class MemoryTimestamps:
    """Stamps in a mapping from their paths."""

    def __init__(self) -> None:
        """Start without stamps, with a key."""
        self.stamps: dict[str, bytes] = {}
        self.statuses: dict[str, FileStatus] = {}
        """What lies at a path, where it is no ordinary file of root's."""
        self.secret: Secret | None = Secret(b"k" * 64)
        """The key; `None`: there is none."""
        self.faults: dict[str, OSError] = {}
        """What `enter`, `key`, `read`, `prepare`, `write` and `remove` raise."""
        self.busy = 0
        """So many times more another is writing."""

    def enter(self, directory: str) -> MemoryStamps:
        """Return the stamps in a directory."""
        self.fail("enter")
        return MemoryStamps(self, directory)

    def key(self, *, create: bool) -> Secret:
        """Return the key, or make one."""
        self.fail("key")
        if self.secret is None:
            if not create:
                raise FileNotFoundError(_ENOENT, "No such file or directory")
            self.secret = Secret(b"n" * 64)
        return Secret(self.secret)

    def fail(self, step: str) -> None:
        """Raise the fault that the test wants of a step, if any."""
        if step == "write" and self.busy:
            self.busy -= 1
            raise BlockingIOError(_EAGAIN, "another is writing")
        if step in self.faults:
            raise self.faults[step]
