"""Policy files on the disk, below a root, as a policy source."""

from __future__ import annotations

import errno
import os
import stat

from pamkit.policy.source import Outcome, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.stores.root import Root

MAX_POLICY = 1 << 20
"""Bytes of a policy file that are read; a longer one is no policy."""

_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR})
_NULL_DEVICE = (1, 3)


class DiskSource:
    """Gives the text of policy files.

    ``unrooted`` is a directory whose files are the host's even if there is another root: a
    `confdir` is said by who calls, not by the image that is looked at.  ``pins`` holds directories
    that stay open while several files of one policy are read: whatever is put in their place
    meanwhile, all come from the same ones.  Who hands it in closes what is in it.
    """

    __slots__ = ("_pins", "_root", "_unrooted")

    def __init__(
        self, root: Root, *, unrooted: str | None = None, pins: dict[str, int] | None = None
    ) -> None:
        """Read below ``root``, and what lies in ``unrooted`` from the host."""
        self._root, self._pins = root, pins
        self._unrooted = None if unrooted is None else unrooted.rstrip("/") or "/"

    def read(self, path: str) -> Reading:
        """Return the text at ``path``, as UTF-8 with undecodable bytes kept as surrogates.

        `MISSING` if nothing is there, `UNREADABLE` if it cannot be opened, `CUT_SHORT` if it
        is open and cannot be read to its end; a FIFO or a device is never waited for.
        """
        try:
            descriptor = self._open(path, os.O_RDONLY)
        except OSError as error:
            missing = error.errno in _MISSING
            return Reading(Outcome.MISSING if missing else Outcome.UNREADABLE, "", _reason(error))
        try:
            return _read(descriptor)
        finally:
            os.close(descriptor)

    def is_directory(self, path: str) -> bool:
        """Whether ``path`` is a directory."""
        try:
            os.close(self._open(path, os.O_PATH | os.O_DIRECTORY))
        except OSError:
            return False
        return True

    def _open(self, path: str, flags: int) -> int:
        if self._pins is not None:
            directory, name = pinned(self._pins, path)
            return os.open(
                name, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, dir_fd=directory
            )
        if self._is_unrooted(path):
            try:
                return os.open(_encoded(path), flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
            except ValueError:
                raise OSError(errno.EINVAL, "no path") from None
        return self._root.open(path, flags)

    def _is_unrooted(self, path: str) -> bool:
        if self._unrooted is None:
            return False
        if path == self._unrooted:
            return True
        inside = path.startswith(self._unrooted.rstrip("/") + "/")
        return inside and ".." not in path[len(self._unrooted) :].split("/")


def pinned(pins: dict[str, int], path: str) -> tuple[int | None, bytes]:
    """Return the open directory that a path lies in, and its name there; `OSError` if it cannot be.

    The directory is opened once, and stays open.  A path that names no file in one (it ends with a
    slash) is left as it is.
    """
    directory, slash, name = path.rpartition("/")
    if "\0" in path:
        raise OSError(errno.EINVAL, "no path")
    try:
        if not slash or not name:
            return None, _encoded(path)
        if directory not in pins:
            flags = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
            pins[directory] = os.open(_encoded(directory or "/"), flags)
        return pins[directory], _encoded(name)
    except ValueError:  # it cannot be encoded
        raise OSError(errno.EINVAL, "no path") from None


def _encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _read(descriptor: int) -> Reading:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return _odd(status)
    data = bytearray()
    try:
        while piece := os.read(descriptor, 1 << 16):
            data += piece
            if len(data) > MAX_POLICY:
                reason = f"the file has more than {MAX_POLICY} bytes"
                return Reading(Outcome.CUT_SHORT, _text(data[:MAX_POLICY]), reason)
    except OSError as error:
        return Reading(Outcome.CUT_SHORT, _text(data), _reason(error))
    return Reading(Outcome.READ, _text(data))


def _odd(status: os.stat_result) -> Reading:
    """Judge what is no regular file; a link to /dev/null is the way to say *nothing here*."""
    if stat.S_ISDIR(status.st_mode):
        return Reading(Outcome.CUT_SHORT, "", "is a directory")
    device = (os.major(status.st_rdev), os.minor(status.st_rdev))
    if stat.S_ISCHR(status.st_mode) and device == _NULL_DEVICE:
        return Reading(Outcome.READ, "")
    return Reading(Outcome.CUT_SHORT, "", "is not a regular file")


def _text(data: bytes | bytearray) -> str:
    return data.decode("utf-8", "surrogateescape")


def _reason(error: OSError) -> str:
    return (error.strerror or "cannot be read").lower()
