"""Stamps of who gave a secret lately, behind `world.Timestamps`.

Directories are walked from open directory to open directory, so that what was looked at is what
is used: each is root's alone.  Files are shared with the C module, which takes them as they are:
a new one is written aside and put in the place of the old, so that there is always a whole one.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat

from pamkit.formats.stamp_name import DIRECTORY, KEY_NAME, KEY_SIZE, NotRootsAlone
from pamkit.stores.files import status_of
from pamkit.stores.root import read_all
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from pamkit.module.world import FileStatus, Randomness
    from pamkit.stores.root import Root

_MOST_LINKS = 40
_LONGEST_NAME = 255
_MOST_BYTES = 8192  # a path, a time and a code; the same for a key
_PASS = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_SAFE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class DiskTimestamps:
    """Directories of stamps below a root."""

    __slots__ = ("_random", "_root")

    def __init__(self, root: Root, random: Randomness) -> None:
        """Serve what is below ``root``; keys come from ``random``."""
        self._root, self._random = root, random

    def enter(self, directory: str) -> DiskStamps:
        """Return a directory of stamps, looked at; see `world.Timestamps`."""
        return DiskStamps(self._root.path, directory)

    def key(self, *, create: bool) -> Secret:
        """Return the key; see `world.Timestamps`."""
        with self.enter(DIRECTORY) as stamps:
            try:
                return stamps.key()
            except FileNotFoundError:
                if not create:
                    raise
            stamps.make_key(self._random.take(KEY_SIZE))
            return stamps.key()


class DiskStamps:
    """A directory of stamps; a context manager that lets go of it."""

    __slots__ = ("_missing", "_path", "_trail")

    def __init__(self, root: str, directory: str) -> None:
        """Walk to ``directory``; `NotRootsAlone` if something on the way is not root's alone."""
        self._path = directory
        self._missing: list[tuple[str, str, bool]] = []  # names, paths, whether a link said so
        self._trail = [os.open(root, _PASS | os.O_DIRECTORY)]
        try:
            self._walk()
        except BaseException:
            self._close()
            raise

    def read(self, owner: str, file: str) -> tuple[FileStatus, bytes]:
        """Return status and bytes of a stamp; see `world.Stamps`."""
        self._require_here()
        below = self._below(owner)
        try:
            descriptor = os.open(_encoded(file), os.O_RDONLY | _SAFE, dir_fd=below)
        finally:
            os.close(below)
        try:
            return _read(descriptor)
        finally:
            os.close(descriptor)

    def prepare(self, owner: str) -> None:
        """Make the directories that are missing; see `world.Stamps`."""
        while self._missing:
            name, path, is_linked = self._missing[-1]
            if is_linked:
                # C: a link is there; what cannot be made is the first thing behind it.
                behind = [other for _, other, linked in self._missing if not linked]
                path = (behind or [f"{self._path}/{owner}"])[-1].rstrip("/")
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
            self._trail.append(_made(self._trail[-1], name, path.rstrip("/")))
            self._missing.pop()
        os.close(_made(self._trail[-1], owner, f"{self._path}/{owner}"))

    def write(self, owner: str, file: str, data: bytes) -> None:
        """Put a stamp in the place of what is there; see `world.Stamps`."""
        self._require_here()
        below = self._below(owner)
        try:
            _put(below, _encoded(file), data, replace=True)
        finally:
            os.close(below)

    def remove(self, owner: str, file: str) -> None:
        """Remove a stamp; see `world.Stamps`."""
        self._require_here()
        below = self._below(owner)
        try:
            os.unlink(_encoded(file), dir_fd=below)
        finally:
            os.close(below)

    def key(self) -> Secret:
        """Return the key that is in this directory; `OSError` if there is none, or no good one."""
        self._require_here()
        descriptor = os.open(KEY_NAME, os.O_RDONLY | _SAFE, dir_fd=self._trail[-1])
        try:
            status, data = _read(descriptor)
        finally:
            os.close(descriptor)
        if status.kind != "file" or (status.uid, status.gid) != (0, 0) or status.mode & 0o077:
            raise NotRootsAlone(errno.EPERM, os.strerror(errno.EPERM))
        return Secret(data)

    def make_key(self, data: bytes) -> None:
        """Make the key, unless somebody else just did."""
        self._require_here()
        try:
            _put(self._trail[-1], KEY_NAME.encode(), data, replace=False)
        except FileExistsError:
            return

    def __enter__(self) -> DiskStamps:
        """Use the directory."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Let go of it."""
        self._close()

    def _close(self) -> None:
        for descriptor in self._trail:
            os.close(descriptor)

    def _require_here(self) -> None:
        if self._missing:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    def _below(self, owner: str) -> int:
        return _opened(self._trail[-1], owner, f"{self._path}/{owner}")

    def _walk(self) -> None:
        """Enter one directory after the other, links as well, which are root's."""
        if not self._path.startswith("/"):
            raise NotRootsAlone(errno.EINVAL, f"`{self._path}' is not an absolute path")
        _require_roots(os.fstat(self._trail[0]), "/")
        names = self._path.split("/")
        # The names still to be entered, each with the part of the path that it belongs to.
        left = [
            (name, "/".join(names[: at + 1]) + "/" * (at + 1 < len(names)), False)
            for at, name in enumerate(names)
            if name not in ("", ".")
        ][::-1]
        links = 0
        while left:
            name, said, is_linked = left.pop()
            if name == "..":
                if len(self._trail) > 1:
                    os.close(self._trail.pop())
                continue
            try:
                entry = os.open(_encoded(name), _PASS, dir_fd=self._trail[-1])
            except FileNotFoundError:
                # C: what is not there is safe; it is made later, as far as a name can be.
                self._missing = [*left, (name, said, is_linked)]
                return
            except OSError as fault:
                raise NotRootsAlone(
                    fault.errno, f"unable to read `{said}': {fault.strerror}"
                ) from None
            self._trail.append(entry)
            status = os.fstat(entry)
            is_link = stat.S_ISLNK(status.st_mode)
            if is_link and said.endswith("/"):
                links += 1
                if status.st_uid != 0:
                    raise NotRootsAlone(errno.EPERM, f"`{said}' owner UID != 0")
                if links > _MOST_LINKS:
                    reason = os.strerror(errno.ELOOP)
                    raise NotRootsAlone(errno.ELOOP, f"unable to read `{said}': {reason}")
                target = os.readlink(b"", dir_fd=entry)
                os.close(self._trail.pop())
                while target[:1] == b"/" and len(self._trail) > 1:
                    os.close(self._trail.pop())
                parts = target.decode("utf-8", "surrogateescape").split("/")
                left += [(part, said, True) for part in reversed(parts) if part not in ("", ".")]
                continue
            if not stat.S_ISDIR(status.st_mode) and said.endswith("/"):
                reason = os.strerror(errno.ENOTDIR)
                raise NotRootsAlone(errno.ENOTDIR, f"unable to read `{said}': {reason}")
            _require_roots(status, said)


def _require_roots(status: os.stat_result, path: str) -> None:
    """Raise `NotRootsAlone` in C's words unless it is a directory that only root can change."""
    if not stat.S_ISDIR(status.st_mode):
        raise NotRootsAlone(errno.ENOTDIR, f"`{path}' is not a directory")
    if status.st_uid != 0:
        raise NotRootsAlone(errno.EPERM, f"`{path}' owner UID != 0")
    if status.st_gid != 0:
        raise NotRootsAlone(errno.EPERM, f"`{path}' owner GID != 0")
    if status.st_mode & 0o022:
        raise NotRootsAlone(errno.EPERM, f"`{path}' permissions are lax")


def _opened(directory: int, name: str, path: str) -> int:
    descriptor = os.open(_encoded(name), _PASS, dir_fd=directory)
    try:
        _require_roots(os.fstat(descriptor), path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _made(directory: int, name: str, path: str) -> int:
    """Return a directory that is made unless it is there."""
    try:
        os.mkdir(_encoded(name), 0o700, dir_fd=directory)
    except FileExistsError:
        return _opened(directory, name, path)
    except OSError as fault:
        raise OSError(fault.errno, fault.strerror, path) from None
    # A program that is setuid root still has its user's group.
    os.chown(_encoded(name), 0, 0, dir_fd=directory, follow_symlinks=False)
    return _opened(directory, name, path)


def _read(descriptor: int) -> tuple[FileStatus, bytes]:
    status = status_of(os.fstat(descriptor))
    return status, read_all(descriptor, _MOST_BYTES) if status.kind == "file" else b""


def _put(directory: int, name: bytes, data: bytes, *, replace: bool) -> None:
    """Write a file aside, for root alone, and give it its name; `BlockingIOError` if another does.

    What a writer that was killed left aside, the next one takes and writes anew.
    """
    aside = (b".pam." + name)[:_LONGEST_NAME]
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | _SAFE, 0o600, dir_fd=directory)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            _require_ours(descriptor, aside, directory)
            try:
                _fill(descriptor, data)
                if replace:
                    os.rename(aside, name, src_dir_fd=directory, dst_dir_fd=directory)
                else:
                    os.link(aside, name, src_dir_fd=directory, dst_dir_fd=directory)
                    os.unlink(aside, dir_fd=directory)
            except BaseException:
                os.unlink(aside, dir_fd=directory)
                raise
        finally:
            # Closing alone would not do: a child forked meanwhile has the descriptor as well.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _fill(descriptor: int, data: bytes) -> None:
    os.ftruncate(descriptor, 0)
    os.fchown(descriptor, 0, 0)
    os.fchmod(descriptor, 0o600)
    if os.write(descriptor, data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _require_ours(descriptor: int, name: bytes, directory: int) -> None:
    """Raise `BlockingIOError` if another file has the name by now, or this one another name."""
    ours = os.fstat(descriptor)
    if ours.st_nlink > 1:
        os.unlink(name, dir_fd=directory)  # a writer was killed when it was done with it
    try:
        there = os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        there = None
    if (
        ours.st_nlink > 1
        or there is None
        or (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino)
    ):
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def _encoded(name: str) -> bytes:
    """Return a name in the bytes it was read from, whatever the locale says."""
    data = name.encode("utf-8", "surrogateescape")
    if b"/" in data or b"\0" in data or data in (b"", b".", b".."):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), name)
    return data
