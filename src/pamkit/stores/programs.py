"""Runs a program to its end, with nothing of this process but what it is given.

C: the spawn rules of pam_unix and pam_exec: an environment made by hand, no descriptor but
three, stdin from a pipe; real user number and effective one made equal where that is wanted.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select

from pamkit.module.effect import Finished
from pamkit.stores.c_library import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

MAX_OUTPUT = 1 << 20
"""How many bytes of output are kept; what follows is read and dropped."""

_MOST_DESCRIPTORS = 65536
_SIGKILL, _SIGPIPE, _SIGXFSZ = 9, 13, 25  # the same on every Linux
_PAUSE_MS = 20


def run(
    argv: Sequence[str],
    *,
    environment: Iterable[tuple[str, str]] = (),
    stdin: bytes = b"",
    as_effective_user: bool = False,
) -> Finished:
    """Run ``argv[0]``, an absolute path, and return its exit status and standard output.

    A program killed by a signal has minus its number for status.  Standard error goes to
    /dev/null.  Raises `OSError` if it cannot be started, and `ChildProcessError` if its
    status is lost, as in a process that ignores SIGCHLD: an unknown status is no success.
    """
    words, variables = _words(argv), _variables(environment)
    pipes: list[int] = []
    try:
        their_in, our_in = _pipe(pipes)
        our_out, their_out = _pipe(pipes)
        pid = _spawn(words, variables, their_in, their_out, as_effective_user)
        for theirs in (their_in, their_out):
            pipes.remove(theirs)
            os.close(theirs)
        return _Child(pid, our_in, our_out, pipes).finish(stdin)
    finally:
        for descriptor in pipes:
            os.close(descriptor)


class _Child:
    """A running program, its pipes, and what it said so far."""

    def __init__(self, pid: int, our_in: int, our_out: int, pipes: list[int]) -> None:
        self.pid, self.our_in, self.our_out, self.pipes = pid, our_in, our_out, pipes
        self.output = bytearray()
        self.status: int | None = None
        self.pidfd: int | None = None

    def finish(self, stdin: bytes) -> Finished:
        for descriptor in (self.our_in, self.our_out):
            os.set_blocking(descriptor, False)
        try:
            self.pidfd = os.pidfd_open(self.pid)
            self.pipes.append(self.pidfd)
        except OSError:
            self.pidfd = None  # an old kernel: it is asked now and then
        try:
            self._talk(memoryview(stdin))
            if self.status is None:
                self.status = _reap(self.pid, 0)
        except BaseException:
            self._give_up()
            raise
        if self.status is None:
            raise ChildProcessError(errno.ECHILD, "the program did not end")
        return Finished(os.waitstatus_to_exitcode(self.status), bytes(self.output))

    def _talk(self, rest: memoryview) -> None:
        """Write and read until the output ends or the program has."""
        poll = select.poll()
        poll.register(self.our_out, select.POLLIN)
        poll.register(self.our_in, select.POLLOUT)
        if self.pidfd is not None:
            poll.register(self.pidfd, select.POLLIN)
        feeding = reading = True
        while feeding or reading:
            ready = dict(poll.poll(None if self.pidfd is not None else _PAUSE_MS))
            if feeding and self.our_in in ready:
                rest = _feed(self.our_in, rest)
                if not rest:
                    poll.unregister(self.our_in)
                    self._close_input()
                    feeding = False
            if reading and self.our_out in ready and not self._read():
                poll.unregister(self.our_out)
                reading = False
            if self.pidfd is None or self.pidfd in ready:
                self.status = _reap(self.pid, os.WNOHANG)
                if self.status is not None:
                    # A grandchild may hold the pipe open for ever; what it says does not count.
                    while reading and self._read():
                        continue
                    return

    def _read(self) -> bool:
        """Take what is there; return whether more may come at once."""
        try:
            piece = os.read(self.our_out, 1 << 16)
        except BlockingIOError:
            return self.status is None
        self.output += piece[: MAX_OUTPUT - len(self.output)]
        return bool(piece)

    def _close_input(self) -> None:
        self.pipes.remove(self.our_in)
        os.close(self.our_in)

    def _give_up(self) -> None:
        """Leave no program and no zombie behind."""
        if self.status is not None or self.pidfd is None:
            return
        try:
            os.kill(self.pid, _SIGKILL)  # it has not been waited for, so it is still this one
            os.waitpid(self.pid, 0)
        except OSError:
            return


def _feed(descriptor: int, rest: memoryview) -> memoryview:
    """Write what fits; return what is left, nothing if nobody reads any more.

    A host that does not ignore SIGPIPE, as a C program does not, must survive this.
    """
    if not rest:
        return rest
    try:
        return rest[c_library.write_quietly(descriptor, rest) :]
    except BlockingIOError:
        return rest
    except BrokenPipeError:
        return rest[:0]


def _reap(pid: int, options: int) -> int | None:
    """Return the status of our own child, `None` if it still runs."""
    done, status = os.waitpid(pid, options)
    return status if done == pid else None


def _spawn(
    words: list[bytes],
    variables: dict[bytes, bytes],
    their_in: int,
    their_out: int,
    as_effective_user: bool,
) -> int:
    actions: list[tuple[Any, ...]] = [
        (os.POSIX_SPAWN_DUP2, their_in, 0),
        (os.POSIX_SPAWN_DUP2, their_out, 1),
        (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0),
        *_closing(),
    ]
    # What Python ignores a program should not find ignored.
    heard = (_SIGPIPE, _SIGXFSZ)
    if not as_effective_user or os.getuid() == os.geteuid():
        return os.posix_spawn(words[0], words, variables, file_actions=actions, setsigdef=heard)
    with _EffectiveUser():
        return os.posix_spawn(words[0], words, variables, file_actions=actions, setsigdef=heard)


class _EffectiveUser:
    """While it is entered, the real user of this thread is the effective one.

    C: ``setuid(geteuid())`` in the child.  There is no safe place between fork and exec for
    Python to do that, so the thread does it before; a new program inherits from its thread.
    """

    def __enter__(self) -> None:
        from pamkit.stores import syscalls

        self._before = os.getresuid()
        real, effective, saved = self._before
        # The old real number waits in the saved one: the way back must be open.
        if effective != 0 and saved not in (real, effective):
            raise PermissionError(errno.EPERM, "the real user could not be restored")
        syscalls.set_user_ids(effective, effective, real)

    def __exit__(self, *_: object) -> None:
        from pamkit.stores import syscalls

        syscalls.set_user_ids(*self._before)


def _closing() -> list[tuple[Any, ...]]:
    """Return actions that close every descriptor from 3 on."""
    close_from = getattr(os, "POSIX_SPAWN_CLOSEFROM", None)
    if close_from is not None:
        return [(close_from, 3)]
    try:
        known = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        known = list(range(min(os.sysconf("SC_OPEN_MAX"), _MOST_DESCRIPTORS)))
    return [(os.POSIX_SPAWN_CLOSE, number) for number in known if number > 2]


def _pipe(pipes: list[int]) -> tuple[int, int]:
    """Return a pipe whose ends are none of the three standard descriptors.

    In a host without them our end would be taken for its standard error, and written to.
    """
    ends = []
    for end in os.pipe():
        if end > 2:
            ends.append(end)
        else:
            ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 3))
            os.close(end)
    pipes += ends
    return ends[0], ends[1]


def _words(argv: Sequence[str]) -> list[bytes]:
    if not argv or not argv[0].startswith("/"):
        raise OSError(errno.EINVAL, "a program is named by its absolute path")
    return [_encoded(word) for word in argv]


def _variables(environment: Iterable[tuple[str, str]]) -> dict[bytes, bytes]:
    variables = {}
    for name, value in environment:
        if not name or "=" in name:
            raise OSError(errno.EINVAL, "no name of a variable", name)
        variables[_encoded(name)] = _encoded(value)
    return variables


def _encoded(word: str) -> bytes:
    try:
        data = word.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise OSError(errno.EINVAL, "a word that C cannot carry") from None
    if b"\0" in data:
        raise OSError(errno.EINVAL, "a word with a NUL in it")
    return data
