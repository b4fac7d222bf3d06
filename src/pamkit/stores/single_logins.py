"""Users who may be logged in once at a time, behind `world.SingleLogins`.

C: the lock of pam_sepermit is a record lock of fcntl(2) on `/var/run/sepermit/UID.lock`; ours is
one of the open file, which meets it, and which no other transaction of this process undoes.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
import time

from pamkit.stores.root import read_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.stores.root import Root

_DIRECTORY = "/var/run/sepermit"
_PROCESSES = "/proc"
_SIGKILL, _FROM_START = 9, 0  # C: the same on every Linux
_GONE = (errno.ENOENT, errno.ESRCH)
_MOST_STATUS = 1 << 16

_PATIENCE = 30.0
"""Seconds that processes are given to die in; one may be stuck in the kernel for good."""

_PAUSE = 0.001


class SystemLogins:
    """The processes of this machine, and the locks of the users who may log in once."""

    __slots__ = ("_root",)

    def __init__(self, root: Root) -> None:
        """Lock below ``root``, which is the root of the system."""
        self._root = root

    def running(self, uid: int) -> tuple[int, ...]:
        """Return the processes of a user but this one; `OSError` if that cannot be told."""
        return running(uid)

    def hold(self, uid: int) -> HeldLogin:
        """Return the user's only login; see `world.SingleLogins`."""
        descriptor = self._opened(uid)
        try:
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _whole_file(fcntl.F_WRLCK))
        except BaseException:
            os.close(descriptor)
            raise
        return HeldLogin(uid, descriptor)

    def _opened(self, uid: int) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        with self._root.place(f"{_DIRECTORY}/{uid}.lock") as place:
            descriptor = os.open(place.name, flags, 0o600, dir_fd=place.directory)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "not a regular file")
        return descriptor


class HeldLogin:
    """The only login of a user: a locked file, and the process that locked it."""

    __slots__ = ("_process", "_uid", "number")

    def __init__(self, uid: int, descriptor: int) -> None:
        """Own ``descriptor``, which holds the lock."""
        self._uid, self.number, self._process = uid, descriptor, os.getpid()

    def end(self, told: Callable[[int], object]) -> tuple[int, ...]:
        """Kill what the user runs and let the next login in; see `world.SingleLogin`.

        In a child that was forked meanwhile nothing ends: the login is its parent's.
        """
        if os.getpid() != self._process:
            os.close(self.number)
            return ()
        try:
            # INVARIANT: nothing of root's is killed, whatever a list says.
            return kill_all(self._uid, told) if self._uid else ()
        finally:
            try:
                # Closing alone would not do: a forked child has the descriptor as well.
                fcntl.fcntl(self.number, fcntl.F_OFD_SETLK, _whole_file(fcntl.F_UNLCK))
            finally:
                os.close(self.number)


class NoLogins:
    """Users of another machine: none of them runs anything here, and nothing is locked."""

    __slots__ = ()

    def running(self, _: int) -> tuple[int, ...]:
        """Return no process: a number of another machine is another user here."""
        return ()

    def hold(self, _: int) -> LoginElsewhere:
        """Return a login that locks nothing."""
        return LoginElsewhere()


class LoginElsewhere:
    """A login that is only tried."""

    __slots__ = ()
    number = -1

    def end(self, _: Callable[[int], object]) -> tuple[int, ...]:
        """Kill nothing."""
        return ()


def running(uid: int) -> tuple[int, ...]:
    """Return the living processes whose real user is ``uid``, without this one.

    What has died and waits to be counted by its parent can do nothing any more.  `OSError` if
    `/proc` cannot be read.
    """
    mine = os.getpid()
    numbers = (int(name) for name in os.listdir(_PROCESSES) if name.isdigit())
    return tuple(number for number in numbers if number != mine and _is_of(number, uid))


def kill_all(
    uid: int,
    told: Callable[[int], object],
    *,
    kill: Callable[[int, int], object] = os.kill,
    patience: float = _PATIENCE,
) -> tuple[int, ...]:
    """Kill the processes of a user until there are none; return those that would not go.

    It looks again and again, so that forking faster does not help.  ``told`` gets the number of
    each process once.
    """
    known: set[int] = set()
    until = time.monotonic() + patience
    while left := running(uid):
        refused = True
        for number in left:
            if number not in known:
                known.add(number)
                told(number)
            try:
                kill(number, _SIGKILL)
            except PermissionError:
                continue
            except ProcessLookupError:
                pass
            refused = False
        if refused or time.monotonic() > until:
            return left
        time.sleep(_PAUSE)
    return ()


def _is_of(number: int, uid: int) -> bool:
    try:
        descriptor = os.open(f"{_PROCESSES}/{number}/status", os.O_RDONLY | os.O_CLOEXEC)
        try:
            said = read_all(descriptor, _MOST_STATUS)
        finally:
            os.close(descriptor)
    except OSError as fault:
        if fault.errno in _GONE:
            return False
        raise
    lines = [line.split() for line in said.split(b"\n")]
    fields = {words[0]: words[1] for words in lines if len(words) > 1}
    return fields.get(b"Uid:") == b"%d" % uid and fields.get(b"State:") not in (b"Z", b"X")


def _whole_file(kind: int) -> bytes:
    """Return C's ``struct flock`` for a whole file; ``l_pid`` has to be 0."""
    return struct.pack("hhqqi0q", kind, _FROM_START, 0, 0, 0)
