"""What is mounted for the calling thread, behind `mounts.Mounts`: unshare(2), mount(2), umount2(2).

The kernel's mount(2) takes paths.  The only path it is given is that of a descriptor in
`/proc/self/fd`, which leads to the directory that is open there, whatever its names have become.
"""

from __future__ import annotations

import errno
import os

from pamkit.formats.passwd import bytes_of, text_of
from pamkit.stores.c_library import c_library
from pamkit.stores.files import status_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from pamkit.module.mounts import OpenDirectory
    from pamkit.module.world import FileStatus

_ENTER = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PASS, _READ = os.O_PATH, os.O_RDONLY | os.O_NONBLOCK

_BIND, _REC, _SLAVE = 1 << 12, 1 << 14, 1 << 19
_DETACH = 2
"""C: `MS_BIND`, `MS_REC`, `MS_SLAVE`, `MNT_DETACH`."""

_LABEL = "security.selinux"
_DEEPEST = 64
"""How many directories are open at once when a tree is removed; deeper ones are moved up."""

_MOST_MOVED = 1 << 20
_MOVED = b".pam_namespace-%d"


class KernelMounts:
    """The mounts of the kernel we run under."""

    __slots__ = ()

    def part(self) -> None:
        """Give the thread mounts of its own; threads that are there already stay."""
        c_library.unshare_mounts()

    def keep_to_ourselves(self) -> None:
        """Make `/`, and all below it, a slave: others' mounts come in, none of ours goes out."""
        c_library.mount(None, b"/", None, _SLAVE | _REC, None)

    def root(self) -> OpenDirectory:
        """Return `/`."""
        return DiskDirectory(os.open(b"/", _PASS | _ENTER))


class NoMounts:
    """The mounts of another machine: this kernel has none of them."""

    __slots__ = ()

    def part(self) -> None:
        """Refuse: what would be mounted is this machine's."""
        raise _refused()

    def keep_to_ourselves(self) -> None:
        """Refuse, as `part` does."""
        raise _refused()

    def root(self) -> OpenDirectory:
        """Refuse, as `part` does."""
        raise _refused()


class DiskDirectory:
    """A directory by its descriptor."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        """Own the descriptor."""
        self._descriptor = descriptor

    def __enter__(self) -> DiskDirectory:
        """Use the directory."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Close it."""
        os.close(self._descriptor)

    @property
    def place(self) -> str:
        """The link of the descriptor."""
        return f"/proc/self/fd/{self._descriptor}"

    def status(self) -> FileStatus:
        """Return owner and permissions."""
        return status_of(os.fstat(self._descriptor))

    def enter(self, name: str, *, read: bool = False) -> DiskDirectory:
        """Return a directory in this one, or what is mounted at it; never through a link."""
        flags = (_READ if read else _PASS) | _ENTER
        return DiskDirectory(os.open(_one(name), flags, dir_fd=self._descriptor))

    def link(self, name: str) -> str | None:
        """Return what a symbolic link says; `None` if it is none."""
        try:
            return text_of(os.readlink(_one(name), dir_fd=self._descriptor))
        except OSError as fault:
            if fault.errno in (errno.EINVAL, errno.ENOENT):
                return None
            raise

    def make(self, name: str, mode: int) -> None:
        """Make a directory."""
        os.mkdir(_one(name), mode, dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        """Remove an empty directory."""
        os.rmdir(_one(name), dir_fd=self._descriptor)

    def clear(self, name: str) -> None:
        """Remove a directory with all that is in it; see `mounts.OpenDirectory`."""
        _clear(self._descriptor, _one(name))

    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        with os.scandir(self._descriptor) as found:
            return next(found, None) is None

    def set_mode(self, mode: int) -> None:
        """Change the permissions."""
        os.fchmod(self._descriptor, mode)

    def set_owner(self, uid: int, gid: int) -> None:
        """Give it to a user and a group."""
        os.fchown(self._descriptor, uid, gid)

    def is_same(self, other: OpenDirectory) -> bool:
        """Whether both are one directory."""
        if not isinstance(other, DiskDirectory):
            return False
        mine, its = os.fstat(self._descriptor), os.fstat(other._descriptor)
        return (mine.st_dev, mine.st_ino) == (its.st_dev, its.st_ino)

    def cover(self, source: OpenDirectory) -> None:
        """Mount a directory over this one."""
        c_library.mount(bytes_of(source.place), bytes_of(self.place), None, _BIND, None)

    def cover_with_memory(self, flags: int, options: str | None) -> None:
        """Mount a tmpfs over this one."""
        data = None if options is None else bytes_of(options)
        c_library.mount(b"tmpfs", bytes_of(self.place), b"tmpfs", flags, data)

    def uncover(self) -> None:
        """Take away what is mounted here; the descriptor itself uses it, so not at once."""
        c_library.unmount(bytes_of(self.place), _DETACH)

    def go(self) -> None:
        """Make it the current directory."""
        os.fchdir(self._descriptor)

    def label(self) -> str:
        """Return its SELinux context."""
        return text_of(os.getxattr(self.place, _LABEL).rstrip(b"\0"))

    def set_label(self, context: str) -> None:
        """Give it an SELinux context."""
        os.setxattr(self.place, _LABEL, bytes_of(context) + b"\0")


def _one(name: str) -> bytes:
    """Return one name as bytes; `OSError` for a way."""
    given = bytes_of(name)
    if b"/" in given or b"\0" in given:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return given


def _clear(parent: int, name: bytes) -> None:
    """Remove a tree from open directory to open directory, so that no link leads out of it.

    A user can nest directories deeper than a process has descriptors: what lies too deep is moved
    to the top first, where only root can see it.
    """
    top = os.open(name, _READ | _ENTER, dir_fd=parent)
    try:
        device = os.fstat(top).st_dev
        moved = _Moved(top, device)
        moved.empty(top, 0)
        while moved.names:
            moved.remove(top, moved.names.pop(), 0)
    finally:
        os.close(top)
    os.rmdir(name, dir_fd=parent)


class _Moved:
    """A tree that is being removed, and the directories that were moved to its top."""

    __slots__ = ("_count", "_device", "_top", "names")

    def __init__(self, top: int, device: int) -> None:
        self._top, self._device = top, device
        self._count = 0
        self.names: list[bytes] = []

    def empty(self, directory: int, depth: int) -> None:
        """Remove all that is in a directory."""
        if os.fstat(directory).st_dev != self._device:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        for entry in os.listdir(directory):
            self.remove(directory, os.fsencode(entry), depth)

    def remove(self, directory: int, name: bytes, depth: int) -> None:
        """Remove what has a name in a directory, or move it; that it is gone is no fault.

        Programs of the user's may still run there, and clear up themselves.
        """
        try:
            self._remove(directory, name, depth)
        except FileNotFoundError:
            return

    def _remove(self, directory: int, name: bytes, depth: int) -> None:
        try:
            inner = os.open(name, _READ | _ENTER, dir_fd=directory)
        except OSError as fault:
            if fault.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
            os.unlink(name, dir_fd=directory)
            return
        try:
            if depth >= _DEEPEST:
                self._move(directory, name)
                return
            self.empty(inner, depth + 1)
        finally:
            os.close(inner)
        os.rmdir(name, dir_fd=directory)

    def _move(self, directory: int, name: bytes) -> None:
        while self._count < _MOST_MOVED:
            self._count += 1
            new = _MOVED % self._count
            try:
                # Nothing of the user's is replaced but an empty directory, which is to go anyway.
                os.rename(name, new, src_dir_fd=directory, dst_dir_fd=self._top)
            except (FileExistsError, NotADirectoryError, OSError) as fault:
                if fault.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                    raise
                continue
            self.names.append(new)
            return
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def _refused() -> PermissionError:
    return PermissionError(errno.EPERM, os.strerror(errno.EPERM))
