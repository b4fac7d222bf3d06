"""Puts a program between the application and its terminal, by making the application a child.

The process that was called stays as the parent of both, and ends as the application does.  A
fork takes only the thread along that forks: where there are others it would leave the application
with locks that nobody gives back, so there it is refused.
"""

from __future__ import annotations

import errno
import fcntl
import os

from pamkit.formats.passwd import bytes_of
from pamkit.stores.c_library import c_library
from pamkit.stores.programs import closing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, NoReturn, TypeVar

    T = TypeVar("T")

_THREADS = "/proc/self/task"

_NAME = b"<pam_filter>"
_FIRST_FREE = 6
"""C: pam_filter.h gives the descriptors 3 to 5 to the application's side."""

# Looked up while it can still be refused: whoever stays behind must be able to end.
_end = os._exit

_KILL, _DEFAULT_SIGNALS = 9, (13, 25)
_BROKEN = 255


class ProcessFilters:
    """Filters for the process this code runs in."""

    __slots__ = ()

    def put(
        self,
        program: str,
        environment: tuple[tuple[str, str], ...],
        *,
        forget: Callable[[], object],
        ended: Callable[[], object],
    ) -> None:
        """Come back in a child whose standard descriptors go through a program."""
        _require_alone()
        mode, name = None, ""
        if os.isatty(0) and os.isatty(1):
            ours, theirs, name = _terminal_pair()
        else:
            ours, theirs = _step("socketpair", c_library.stream_pair)
        opened = [ours, theirs]
        filtering = 0
        try:
            ours = opened[0] = _out_of_the_way(ours)
            if name:
                mode = c_library.raw_terminal(0)
            filtering = _started(program, environment, ours)
            # INVARIANT: until it is settled who is who, nothing can raise in either process.
            held = c_library.hold_signals()
            try:
                child = os.fork()
            except OSError as fault:
                c_library.release_signals(held)
                raise _failed("fork", fault) from None
        except BaseException:  # an interrupt too; it goes on
            _undo(opened, filtering, mode)
            raise
        if child != 0:
            _supervise(opened, child, filtering, (held, mode, forget, ended))
        c_library.release_signals(held)
        _be_the_application(ours, theirs, name, mode)


class NoFilters(ProcessFilters):
    """No filters: for users of another machine, whose programs are not run here."""

    __slots__ = ()

    def put(
        self,
        program: str,
        environment: tuple[tuple[str, str], ...],
        *,
        forget: Callable[[], object],
        ended: Callable[[], object],
    ) -> None:
        """Refuse."""
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), "execve")


def _require_alone() -> None:
    """Raise `OSError` unless this is the only thread; in doubt it is not."""
    try:
        threads = len(os.listdir(_THREADS))
    except OSError as fault:
        raise OSError(
            fault.errno, "it cannot be told how many threads there are", "threads"
        ) from None
    if threads != 1:
        raise OSError(errno.EBUSY, f"{threads - 1} other threads would be left behind", "threads")


def _terminal_pair() -> tuple[int, int, str]:
    """Return both sides of a new terminal, and the name of the application's."""
    ours, theirs = _step("openpty", os.openpty)
    try:
        return ours, theirs, os.ttyname(theirs)
    except OSError as fault:
        _undo([ours, theirs], 0, None)
        raise _failed("openpty", fault) from None


def _out_of_the_way(descriptor: int) -> int:
    """Return the same file under a number that the filter has no other use for."""
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE)
    except OSError as fault:
        raise _failed("openpty", fault) from None
    finally:
        os.close(descriptor)


def _started(program: str, environment: Iterable[tuple[str, str]], ours: int) -> int:
    """Start the filter; C does it in the child's parent, when there is no way back."""
    variables = {bytes_of(name): bytes_of(value) for name, value in environment}
    actions: list[Any] = [(os.POSIX_SPAWN_DUP2, ours, number) for number in (3, 4, 5)]
    try:
        return os.posix_spawn(
            bytes_of(program),
            [_NAME],
            variables,
            file_actions=[*actions, *closing(_FIRST_FREE)],
            setsigdef=_DEFAULT_SIGNALS,
        )
    except OSError as fault:
        raise _failed("execve", fault) from None


def _be_the_application(ours: int, theirs: int, name: str, mode: object) -> None:
    """Take the filter's side for one's own; what fails here, fails in the application."""
    os.close(ours)
    if name:
        # The leader of a session: the first terminal it opens is its own.
        _step("setsid", os.setsid)
        again = _step("open", os.open, name, os.O_RDWR | os.O_CLOEXEC)
        # Only now: to the filter a terminal that nobody has open is one that was closed.
        os.close(theirs)
        theirs = again
        _step("open", c_library.set_terminal, theirs, mode)
    for number in (0, 1, 2):
        _step("dup2", _lay, theirs, number)
    if theirs > 2:
        os.close(theirs)


def _lay(descriptor: int, number: int) -> None:
    os.dup2(descriptor, number)
    # Where both are the same nothing was done, and a program that is run would not have it.
    os.set_inheritable(number, True)


def _supervise(
    opened: list[int],
    child: int,
    filtering: int,
    rest: tuple[object, object, Callable[[], object], Callable[[], object]],
) -> NoReturn:
    """Wait for both, and end as the application did.

    INVARIANT: it never comes back, whatever happens: there would be two applications.
    """
    status = _BROKEN
    try:
        held, mode, forget, ended = rest
        _quietly(forget)
        ours, theirs = opened
        os.close(theirs)
        _quietly(c_library.release_signals, held)
        status = _waited(ours, child, filtering)
        _quietly(c_library.hold_signals)
        if mode is not None:
            _quietly(c_library.set_terminal, 0, mode)
        _quietly(ended)
    finally:
        _end(status)


def _waited(ours: int, child: int, filtering: int) -> int:
    """Return the application's exit status, when the filter has ended as well."""
    status, running = [_BROKEN], {child, filtering}
    while True:
        try:
            if _are_gone(ours, child, running, status):
                return status[0]
        except BaseException:  # noqa: BLE001, S112  # a signal's handler; its application is gone
            continue


def _are_gone(ours: int, child: int, running: set[int], status: list[int]) -> bool:
    """Wait until one of the two has ended, and say whether both have; can be cut off anywhere."""
    if not running:
        return True
    try:
        # Seen first and taken last: what a handler raises behind a wait would lose what it said.
        seen = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    except ChildProcessError:
        return True  # somebody else was told
    if seen is None:
        return False
    if seen.si_pid == child and seen.si_code == os.CLD_EXITED:
        status[0] = seen.si_status
    if seen.si_pid in running:
        if len(running) == 2:
            # Whichever is left hears that the other one is gone.
            _quietly(os.close, ours)
        running.discard(seen.si_pid)
    os.waitpid(seen.si_pid, os.WNOHANG)
    return not running


def _undo(opened: list[int], filtering: int, mode: object) -> None:
    """Leave everything as it was."""
    for descriptor in opened:
        _quietly(os.close, descriptor)
    if mode is not None:
        _quietly(c_library.set_terminal, 0, mode)
    if filtering:
        _quietly(os.kill, filtering, _KILL)
        _quietly(os.waitpid, filtering, 0)


def _quietly(act: Callable[..., object], *args: object) -> None:
    try:
        act(*args)
    except BaseException:  # noqa: BLE001  # there is nobody to tell, and more to be done
        return


def _step(name: str, act: Callable[..., T], *args: object) -> T:
    """Do something whose failure has a name."""
    try:
        return act(*args)
    except OSError as fault:
        raise _failed(name, fault) from None


def _failed(name: str, fault: OSError) -> OSError:
    return OSError(fault.errno, fault.strerror, name)
