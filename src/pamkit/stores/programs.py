"""Starts programs and runs them to their end, with nothing of this process but what is given.

C: the spawn rules of pam_unix and pam_exec: an environment made by hand, no descriptor but
three, stdin from a pipe; real user number and effective one made equal where that is wanted.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
from _thread import allocate_lock

from pamkit.module.program import Finished, NoOutput, NoUser
from pamkit.stores.c_library import c_library
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from pamkit.module.program import Run, Running

MAX_OUTPUT = 1 << 20
"""How many bytes of output are kept; what follows is read and dropped."""

_PIECE = 1 << 16
_MOST_DESCRIPTORS = 65536
_SIGKILL, _SIGPIPE, _SIGXFSZ = 9, 13, 25  # the same on every Linux
_PAUSE_MS = 20

# C: pam_exec makes its log file with this mode, less what the umask takes away.
_MODE = 0o644


def run(wanted: Run) -> Finished:
    """Run a program to its end, and return its exit status and output.

    A program killed by a signal has minus its number for status.  Raises what `Run` raises;
    a status is lost, for example, in a process that ignores SIGCHLD: that is no success.
    """
    program = start(wanted)
    try:
        return heard_out(program)
    finally:
        program.close()


def heard_out(program: Running) -> Finished:
    """Listen to a program to its end, and return how it ended and what it said."""
    output = bytearray()
    while not isinstance(heard := program.listen(), Finished):
        output += heard[: MAX_OUTPUT - len(output)]
    return heard.changed(output=bytes(output))


def start(wanted: Run) -> Program:
    """Start ``argv[0]``, an absolute path; the caller closes what comes back."""
    words, variables = _words(wanted.argv), _variables(wanted.environment)
    opened: list[int] = []
    try:
        their_in, our_in = _pipe(opened)
        if wanted.into:
            our_out, their_out = None, _end_of(wanted.into, wanted.heading, opened)
        else:
            our_out, their_out = _pipe(opened)
        pid = _spawn(words, variables, their_in, their_out, wanted)
        opened.remove(our_in)
        if our_out is not None:
            opened.remove(our_out)
        return Program(pid, our_in, our_out, wanted.stdin)
    finally:
        for descriptor in opened:
            os.close(descriptor)


class Program:
    """A running program and its pipes; any thread may listen, and another may close it."""

    __slots__ = (
        "_busy",
        "_closed",
        "_late",
        "_our_in",
        "_our_out",
        "_pid",
        "_pidfd",
        "_poll",
        "_rest",
        "_started_by",
        "_status",
        "_waiting",
    )

    def __init__(self, pid: int, our_in: int, our_out: int | None, stdin: Secret | bytes) -> None:
        """Take charge of a child and of our ends of its pipes."""
        self._pid, self._started_by = pid, os.getpid()
        self._our_in: int | None = our_in
        self._our_out = our_out
        self._rest = memoryview(stdin.expose() if isinstance(stdin, Secret) else stdin)
        self._status: int | None = None
        self._late = MAX_OUTPUT
        """Bytes of output that are still taken when the program has ended."""
        self._closed = False
        self._busy, self._waiting = allocate_lock(), allocate_lock()
        self._poll = select.poll()
        self._poll.register(our_in, select.POLLOUT)
        os.set_blocking(our_in, False)
        if our_out is not None:
            self._poll.register(our_out, select.POLLIN)
            os.set_blocking(our_out, False)
        self._pidfd: int | None
        try:
            self._pidfd = os.pidfd_open(pid)
            self._poll.register(self._pidfd, select.POLLIN)
        except OSError:
            self._pidfd = None  # an old kernel: it is asked now and then

    def listen(self) -> bytes | Finished:
        """Wait until it says something or ends; `ChildProcessError` if nobody knows how."""
        try:
            with self._busy:
                return self._listen()
        finally:
            if self._closed:
                self.close()  # somebody did, and left the rest to us

    def close(self) -> None:
        """Leave no program, no zombie and no descriptor behind."""
        self._closed = True
        # A process that was forked off has no right to end its parent's program.
        if os.getpid() == self._started_by:
            with self._waiting:
                if self._status is None and not _kill(self._pid):
                    self._pid = 0  # not ours to kill: it is left alone
        if not self._busy.acquire(blocking=False):
            return  # whoever listens hears the end, and closes
        try:
            if self._status is None and os.getpid() == self._started_by:
                self._give_up()
            for descriptor in (self._our_in, self._our_out, self._pidfd):
                if descriptor is not None:
                    os.close(descriptor)
            self._our_in = self._our_out = self._pidfd = None
        finally:
            self._busy.release()

    def _listen(self) -> bytes | Finished:
        while self._status is None:
            pause = None if self._pidfd is not None else _PAUSE_MS
            ready = dict(self._poll.poll(pause))
            if self._our_in is not None and self._our_in in ready:
                self._feed(self._our_in)
            if self._pidfd is None or self._pidfd in ready:
                self._status = self._reaped()
                if self._status is not None:
                    break
            if self._our_out is not None and self._our_out in ready:
                heard = self._read(self._our_out, _PIECE)
                if heard:
                    return heard
        # A grandchild may hold the pipe open for ever; what it says later does not count.
        if self._our_out is not None and self._late:
            heard = self._read(self._our_out, min(_PIECE, self._late))
            self._late -= len(heard)
            if heard:
                return heard
        dumped = os.WIFSIGNALED(self._status) and os.WCOREDUMP(self._status)
        return Finished(os.waitstatus_to_exitcode(self._status), dumped=dumped)

    def _reaped(self) -> int | None:
        """Return the status of our own child, `None` if it still runs."""
        with self._waiting:
            if not self._pid:
                raise ChildProcessError(errno.ECHILD, os.strerror(errno.ECHILD))
            try:
                done, status = os.waitpid(self._pid, os.WNOHANG)
            except ChildProcessError:
                self._pid = 0  # somebody else has it; the number may be another's by now
                raise
            # From here on the number may be another program's: `close` must know.
            if done:
                self._status = status
        return self._status

    def _read(self, descriptor: int, most: int) -> bytes:
        """Return what is there; the pipe is closed at its end."""
        try:
            piece = os.read(descriptor, most)
        except BlockingIOError:
            return b""
        if not piece:
            self._poll.unregister(descriptor)
            self._our_out = None
            os.close(descriptor)
        return piece

    def _feed(self, descriptor: int) -> None:
        self._rest = _feed(descriptor, self._rest)
        if not self._rest:
            self._poll.unregister(descriptor)
            self._our_in = None
            os.close(descriptor)

    def _give_up(self) -> None:
        """Wait for a program that was killed."""
        if not self._pid:
            return
        try:
            self._status = os.waitpid(self._pid, 0)[1]
        except OSError:
            return


def _kill(pid: int) -> bool:
    """Kill a child that has not been waited for, so that the number is still its own."""
    try:
        if pid:
            os.kill(pid, _SIGKILL)
    except OSError:
        return False
    return True


def _end_of(path: str, heading: bytes | None, opened: list[int]) -> int:
    """Return a file that is open for appending; `NoOutput` if it cannot be opened."""
    # Nobody may keep a login waiting at a pipe without a reader.
    flags = os.O_WRONLY | os.O_APPEND | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
    if heading is not None:
        flags |= os.O_CREAT
    try:
        descriptor = os.open(_encoded(path), flags, _MODE)
    except OSError as odd:
        raise NoOutput(odd.errno, odd.strerror, path) from None
    opened.append(descriptor)
    if descriptor <= 2:
        opened.append(fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3))
        opened.remove(descriptor)
        os.close(descriptor)
        descriptor = opened[-1]
    try:
        if heading:
            _feed(descriptor, memoryview(heading))
    except OSError:
        pass  # C: the program is run, whatever became of the heading
    os.set_blocking(descriptor, True)
    return descriptor


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


def _spawn(
    words: list[bytes],
    variables: dict[bytes, bytes],
    their_in: int,
    their_out: int,
    wanted: Run,
) -> int:
    errors: tuple[Any, ...] = (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)
    if wanted.with_errors:
        errors = (os.POSIX_SPAWN_DUP2, their_out, 2)
    how: dict[str, Any] = {
        "file_actions": [
            (os.POSIX_SPAWN_DUP2, their_in, 0),
            (os.POSIX_SPAWN_DUP2, their_out, 1),
            errors,
            *closing(3),
        ],
        # What Python ignores a program should not find ignored.
        "setsigdef": (_SIGPIPE, _SIGXFSZ),
        "setsid": wanted.new_session,
    }
    if wanted.as_user is not None:
        with _AnotherUser(*wanted.as_user):
            return os.posix_spawn(words[0], words, variables, **how)
    if not wanted.as_effective_user or os.getuid() == os.geteuid():
        return os.posix_spawn(words[0], words, variables, **how)
    with _EffectiveUser():
        return os.posix_spawn(words[0], words, variables, **how)


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


class _AnotherUser:
    """While it is entered, this thread is a user and a group, and has no other groups.

    C: ``setgid``, ``setgroups`` and ``setuid`` in the child; see `_EffectiveUser`.  The thread
    keeps its way back in the saved user, which a new program does not inherit: exec makes that
    the effective one.  What root could hand on beside its number must not be there.
    """

    def __init__(self, uid: int, gid: int) -> None:
        self._uid, self._gid = uid, gid

    def __enter__(self) -> None:
        from pamkit.stores import syscalls

        self._users, self._groups, self._others = os.getresuid(), os.getresgid(), os.getgroups()
        # The real user of the process is not asked: who is not root cannot give groups up.
        if self._users[1] != 0:
            raise NoUser(errno.EPERM, os.strerror(errno.EPERM), "setgroups")
        if syscalls.keeps_rights() or syscalls.hands_rights_on():
            raise NoUser(errno.EPERM, os.strerror(errno.EPERM), "setuid")
        try:
            self._change("setgid", syscalls.set_group_ids, *(self._gid,) * 3)
            self._change("setgroups", syscalls.set_groups, ())
            # The effective user is root's way back, so it waits in the saved one.
            self._change("setuid", syscalls.set_user_ids, self._uid, self._uid, 0)
        except BaseException:  # an interrupt too; it goes on
            self._restore()
            raise

    def __exit__(self, *_: object) -> None:
        self._restore()

    def _change(self, function: str, change: Callable[..., object], *args: object) -> None:
        try:
            change(*args)
        except PermissionError as fault:
            raise NoUser(fault.errno, fault.strerror, function) from None

    def _restore(self) -> None:
        from pamkit.stores import syscalls

        # The users first: it takes root's rights to change groups.  A saved user that is neither
        # can be had back only with these rights.
        if os.geteuid() != 0:
            syscalls.set_user_ids(self._uid, 0, 0)
        syscalls.set_group_ids(*self._groups)
        syscalls.set_groups(self._others)
        syscalls.set_user_ids(*self._users)


def closing(first: int) -> list[tuple[Any, ...]]:
    """Return actions that close every descriptor from ``first`` on."""
    close_from = getattr(os, "POSIX_SPAWN_CLOSEFROM", None)
    if close_from is not None:
        return [(close_from, first)]
    try:
        known = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        known = list(range(min(os.sysconf("SC_OPEN_MAX"), _MOST_DESCRIPTORS)))
    return [(os.POSIX_SPAWN_CLOSE, number) for number in known if number >= first]


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
