"""Kills a writer, or fails it, at each system call it makes; for anything that changes files.

Give it a callable that changes files by functions of `os` and `fcntl`:

    for strike in every_strike(change, prepare=lay_out):
        assert file.read_bytes() in (OLD, NEW), strike

`prepare` lays the files out anew before each strike.  Strike 0 comes at the first call, and so on
until the callable outlives the strike; then comes the next kind:

- `KILL`: SIGKILL instead of the call.  What was done by then stays done.
- `KILL_HALFWAY`: only at `write`: half of the bytes are written, then SIGKILL.
- `KILL_BEHIND`: SIGKILL when the call is done.
- `FAIL`: the call is not made and raises `OSError` (EIO); a `close` closes, as in Linux.
- `FAIL_BEHIND`: the call is made and raises all the same, as an `fsync` or a network's may.
- `INTERRUPT`: `KeyboardInterrupt` instead of the call.

Who is to be killed runs in a forked child; who is to fail runs here, so that what it leaks can be
seen.  With ``where=changes`` only calls that may change files are struck: between two of those the
disk stays as it is, so kills there are all kills that differ.

`killed_within` kills from outside at whatever moment it is, `all_at_once` has several children
begin together.  A child that cannot be asked for its outcome (a fault of the harness) fails the
test.  Only Python's calls are struck, not those that C makes by itself.
"""

import contextlib
import errno
import fcntl
import os
import pickle
import select
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, NamedTuple, NoReturn

KILL, KILL_HALFWAY, KILL_BEHIND = "kill", "kill halfway", "kill behind"
FAIL, FAIL_BEHIND, INTERRUPT = "fail", "fail behind", "interrupt"
KINDS = (KILL, KILL_HALFWAY, KILL_BEHIND, FAIL, FAIL_BEHIND, INTERRUPT)
DEADLY = (KILL, KILL_HALFWAY, KILL_BEHIND)

CALLS: dict[ModuleType, tuple[str, ...]] = {
    os: (
        *("open", "close", "read", "write", "pread", "pwrite", "readv", "writev", "lseek"),
        *("stat", "lstat", "fstat", "access", "readlink", "listdir", "scandir", "statvfs"),
        *("fsync", "fdatasync", "truncate", "ftruncate", "posix_fallocate", "sendfile"),
        *("rename", "replace", "link", "symlink", "unlink", "remove", "mkdir", "rmdir", "mkfifo"),
        *("chmod", "fchmod", "lchmod", "chown", "fchown", "lchown", "utime", "dup", "dup2"),
        *("listxattr", "getxattr", "setxattr", "removexattr"),
    ),
    fcntl: ("fcntl", "flock", "lockf", "ioctl"),
}
"""The functions that are counted and struck, by module; a test may add to a copy."""

_READS = frozenset(
    (
        *("close", "read", "pread", "readv", "lseek", "stat", "lstat", "fstat", "access"),
        *("readlink", "listdir", "scandir", "statvfs", "dup", "dup2", "listxattr", "getxattr"),
    )
)


def anywhere(name: str, args: tuple[Any, ...]) -> bool:
    """Every call."""
    return True


def changes(name: str, args: tuple[Any, ...]) -> bool:
    """Calls that may change files or locks; ``open`` if it may make or empty a file."""
    if name == "open":
        flags = args[1] if len(args) > 1 else 0
        return bool(flags & (os.O_CREAT | os.O_TRUNC))
    return name not in _READS


class Ended(NamedTuple):
    """How it ended: `returned`, `raised` or `killed`, with what, and the calls that were made."""

    how: str
    value: Any
    calls: tuple[str, ...]


class Strike(NamedTuple):
    """One strike: its kind, at which call (counted from 0, and by name), and what came of it."""

    kind: str
    number: int
    call: str
    ended: Ended


def every_strike(
    act: Callable[[], object],
    *,
    prepare: Callable[[], object] = lambda: None,
    kinds: Iterable[str] = KINDS,
    where: Callable[[str, tuple[Any, ...]], bool] = anywhere,
    calls: dict[ModuleType, tuple[str, ...]] = CALLS,
) -> Iterator[Strike]:
    """Yield each strike after it was made, for every kind and every call of ``act``.

    ``where`` gets the name and the arguments of a call, and says whether it is one to strike.
    """
    for kind in kinds:
        number = 0
        while True:
            prepare()
            plan = _Plan(kind, number, where, calls)
            ended, struck = _in_a_child(act, plan) if kind in DEADLY else _here(act, plan)
            if struck is None:
                break
            assert (ended.how == "killed") == (kind in DEADLY), (kind, number, ended)
            yield Strike(kind, number, struck, ended)
            number += 1


def undisturbed(
    act: Callable[[], object], *, calls: dict[ModuleType, tuple[str, ...]] = CALLS
) -> Ended:
    """Run ``act`` in a child that nobody strikes: what it returns, and the calls it makes."""
    return _in_a_child(act, _Plan("", -1, anywhere, calls))[0]


def killed_within(act: Callable[[], object], seconds: float) -> bool:
    """Run ``act`` in a child, killed from outside after ``seconds``; whether that was in time."""
    child, said = _forked(act)
    ready, _, _ = select.select([said], [], [], seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(said)
    return not ready


def all_at_once(acts: Iterable[Callable[[], object]]) -> list[Ended]:
    """Run each of ``acts`` in a child of its own, all at the same time; how each ended."""
    children = [_forked(act) for act in acts]
    return [_ended(child, said) for child, said in children]


class _Plan(NamedTuple):
    """Which call is struck, and how."""

    kind: str = ""
    number: int = -1
    where: Callable[[str, tuple[Any, ...]], bool] = anywhere
    calls: dict[ModuleType, tuple[str, ...]] = {}  # noqa: RUF012  # a tuple's default, never changed


class _Striking:
    """Counts the calls of this process, and strikes one; ``tell`` hears its name before."""

    def __init__(self, plan: _Plan, tell: Callable[[str], object]) -> None:
        self._plan, self._tell = plan, tell
        self._kill, self._pid = os.kill, os.getpid()
        self.made: list[str] = []
        self._due = 0

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Stand in for the functions for a while."""
        kept = [
            (module, name, getattr(module, name))
            for module, names in self._plan.calls.items()
            for name in names
            if hasattr(module, name)
        ]
        try:
            for module, name, works in kept:
                setattr(module, name, self._watched(name, works))
            yield
        finally:
            for module, name, works in kept:
                setattr(module, name, works)

    def _watched(self, name: str, works: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            self.made.append(name)
            halfway = self._plan.kind == KILL_HALFWAY
            if (halfway and name != "write") or not self._plan.where(name, args):
                return works(*args, **named)
            at, self._due = self._due, self._due + 1
            if at != self._plan.number:
                return works(*args, **named)
            self._tell(name)
            return self._strike(name, works, args, named)

        return call

    def _strike(
        self, name: str, works: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        kind = self._plan.kind
        if kind == KILL_HALFWAY:
            works(args[0], bytes(args[1])[: len(args[1]) // 2])
        elif kind in (KILL_BEHIND, FAIL_BEHIND) or (name == "close" and kind in (FAIL, INTERRUPT)):
            done = None
            with contextlib.suppress(OSError):
                done = works(*args, **named)
            if name in ("open", "dup") and kind == FAIL_BEHIND and done is not None:
                return done  # a descriptor that nobody got would be a leak of the harness
        if kind in DEADLY:
            self._kill(self._pid, signal.SIGKILL)
        if kind == INTERRUPT:
            raise KeyboardInterrupt
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def run(self, act: Callable[[], object]) -> Ended:
        """Run ``act`` to whatever end."""
        try:
            with self.watching():
                how, value = "returned", act()
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # it is the outcome
            how, value = "raised", f"{type(error).__name__}: {error}"
        return Ended(how, value, tuple(self.made))


def _here(act: Callable[[], object], plan: _Plan) -> tuple[Ended, str | None]:
    struck: list[str] = []
    ended = _Striking(plan, struck.append).run(act)
    return ended, struck[0] if struck else None


def _in_a_child(act: Callable[[], object], plan: _Plan) -> tuple[Ended, str | None]:
    child, said = _forked(act, plan)
    words = _words(child, said)
    struck = words.pop(0) if words and isinstance(words[0], str) else None
    if not words:
        return Ended("killed", None, ()), struck
    (ended,) = words
    return ended, struck


_UNDISTURBED = _Plan()


def _forked(act: Callable[[], object], plan: _Plan = _UNDISTURBED) -> tuple[int, int]:
    """Return a child that acts, and the descriptor on which it tells of it."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        _be_the_child(act, plan, there)
    os.close(there)
    return child, here


def _be_the_child(act: Callable[[], object], plan: _Plan, said: int) -> NoReturn:
    write, leave = os.write, os._exit  # nobody strikes these
    try:
        striking = _Striking(plan, lambda name: write(said, pickle.dumps(name)))
        write(said, pickle.dumps(striking.run(act)))
    except BaseException:  # noqa: BLE001  # nothing may go on as a second test run
        traceback.print_exc(file=sys.__stderr__)
        leave(1)
    leave(0)


def _ended(child: int, said: int) -> Ended:
    words = _words(child, said)
    return words[-1] if words else Ended("killed", None, ())


def _words(child: int, said: int) -> list[Any]:
    """Return what a child told until its end."""
    with os.fdopen(said, "rb") as stream:
        words = []
        while True:
            try:
                words.append(pickle.load(stream))  # noqa: S301  # our own child
            except EOFError:
                break
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or status == 0, f"the child of the harness ended with {status:#x}"
    return words
