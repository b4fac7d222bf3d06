"""Compiled policies that are kept for as long as every file they were read from is unchanged.

What a policy was read from is written down while it is read: each file with its state, each file
that was looked for and is not there, each directory that was looked for.  Before a policy is served
again, every one of them is looked at; one system call each.

All files of one policy are read from directories that were opened once: one that is put in the
place of another gives all of its files, or none.

INVARIANT: a policy that somebody has replaced is never served to a transaction that begins after
that.  Two things see to it.  A file whose state changed while it was read, or so short a time
before that the clock of the file system could not tell two changes apart, is not kept; nor is one
on a file system of another machine, of which a look shows what it was, or in an image with one time
for all of its versions.  And whatever could not be read, or only in part, is looked for again every
time.
"""

from __future__ import annotations

import _thread
import errno
import os
import stat
import time
from os import getegid, geteuid
from os import stat as look

from pamkit.policy.source import Outcome, Reading
from pamkit.stores.policy_files import pinned
from pamkit.vocab.failure import PolicyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from typing import Any

    from pamkit.policy.compile import Compiled
    from pamkit.policy.source import PolicySource
    from pamkit.stores.held_stat import HeldStat
    from pamkit.stores.policy_watch import PolicyWatch
    from pamkit.stores.prepared_looks import PreparedLooks

    State = tuple[int, ...]
    """What changes with a file: device, inode, mode, size, and when content and inode changed."""

    Look = Callable[[bytes], State | None]
    """Returns the state of a file; see `_state`."""

    Kept = tuple[
        Compiled,
        tuple[tuple[bytes, State | None], ...],
        tuple[tuple[bytes, bool], ...],
        list[Any],
    ]
    """A compiled policy, and the files and directories that have to be as they were.

    The last says in which era of the watch they were found so (`stores.policy_watch`), and before
    which time it need not be asked to watch them; then how often they were looked at one by one.
    """

_MOST = 4096
"""Policies that are kept; the oldest goes first.  One takes some 20 KiB."""

_MOST_KEYS = 4 * _MOST

_UNSETTLED = 2_000_000_000
"""Nanoseconds within which two changes can look like one: the coarsest clock of a file system."""

_REST = 100_000_000
"""Nanoseconds for which files are looked at, after it was found that they cannot be watched now."""

_OFTEN = 16
"""Looks at a policy after which it pays to put them together."""

_SELDOM = 4096
"""Looks after which that is tried again, where it was of no use."""

_TRIES = 16
"""How often files are read again that change while they are read."""

_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR})


class PolicyCache:
    """Keeps compiled policies of this machine; threads may share it.

    ``fresh_for`` is for how many seconds a policy is served without a look at its files: 0, unless
    an application says otherwise.  With ``watched`` the kernel is asked to tell of changes, by
    inotify(7) and its table of mounts, and files are looked at only after it told of one, or where
    it cannot: on overlayfs and zfs; below a directory that this process may not read; for paths
    that do not begin with `/`; if the limits of inotify are used up; after chroot(2) or setns(2).
    It costs three descriptors a process.  A change is seen by whoever begins after it, as without.
    Not told, and seen only when the writer closes the file, is what is written through a mapping in
    memory or by asynchronous I/O of the kernel; not told at all that a process has given up groups
    or capabilities.

    ``now`` and ``passed`` give the time of day and a time that only goes forward, both in
    nanoseconds.
    """

    def __init__(
        self,
        *,
        fresh_for: float = 0,
        watched: bool = False,
        now: Callable[[], int] = time.time_ns,
        passed: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Keep nothing yet."""
        self._fresh = int(fresh_for * 1_000_000_000)
        self._now, self._passed = now, passed
        self._kept: dict[Hashable, Kept] = {}
        self._keys: dict[Hashable, object] = {}
        self._looked: dict[Hashable, int] = {}
        self._lock = _thread.allocate_lock()
        self._ready: dict[Hashable, tuple[Compiled, PreparedLooks]] = {}
        """Policies that are asked for often, and the looks that were put together for them."""
        self._held: HeldStat | None = None
        self._has_held = True
        self._near: dict[Hashable, tuple[Kept, bool]] = {}
        self._is_watched = watched
        self._watch: PolicyWatch | None = None

    def key(self, meaning: Hashable) -> Hashable:
        """Return what stands for a meaning, one thing for all that are equal: cheap to compare."""
        if len(self._keys) >= _MOST_KEYS:
            self._keys.clear()  # a key that is out is good for ever: it is kept by who has it
        return self._keys.setdefault(meaning, object())

    def load(
        self,
        key: Hashable,
        source: Callable[[dict[str, int]], PolicySource],
        read: Callable[[str, PolicySource], Compiled],
        name: str = "",
    ) -> Compiled:
        """Return a policy: the one that is kept under ``key`` if it still holds, or a new one.

        ``read`` makes it from ``name`` and a source; ``source`` gives one of files of this machine
        that takes all of them from the directories it pins (see `stores.policy_files`).  Raises
        what ``read`` raises; what is refused is not kept.
        """
        # Who may not read a file must not be served what another user of this process has read.
        key = (key, geteuid(), getegid())
        ready = self._ready.get(key)
        if ready is not None and ready[1].are_unchanged():
            return ready[0]
        kept = self._kept.get(key)
        if kept is not None:
            if self._is_watched:
                watch, mark = self._watch, kept[3]
                if (
                    watch is not None
                    and mark[0] is watch.era
                    and watch.is_quiet()
                    # Again: another thread may have dealt with news before it was quiet.
                    and mark[0] is watch.era
                ) or self._arm(kept):
                    return kept[0]
            if self._fresh or _thread._count() or kept[2]:
                holds = self._holds(key, kept)
            else:
                holds = _are_unchanged(kept[1])
            if holds:
                if not self._fresh and not self._is_watched:
                    self._prepare(key, kept)
                return kept[0]
        for tries in range(_TRIES, 0, -1):
            pins: dict[str, int] = {}
            watched = _Watched(source(pins), pins)
            try:
                compiled = read(name, watched)
            except PolicyError:
                # Half of an old policy and half of a new one can be wrong where neither is.
                if tries == 1 or watched.is_one_policy():
                    raise
                continue
            finally:
                for descriptor in pins.values():
                    os.close(descriptor)
            if watched.is_one_policy():
                is_told = watched.is_certain and watched.is_settled(self._now())
                # Who is served without a look is content to be told of a change later.
                if is_told and (self._fresh or watched.is_here()):
                    self._keep(key, watched.kept(compiled))
                break
        # Files that never stand still are taken as they were read last, as libpam takes them.
        return compiled

    def _holds(self, key: Hashable, kept: Kept) -> bool:
        if self._fresh:
            now = self._passed()
            if now - self._looked.get(key, now - self._fresh - 1) <= self._fresh:
                return True
            if not _is_as_it_was(kept[1], kept[2], self._look(key, kept)):
                return False
            self._looked[key] = now
            return True
        return _is_as_it_was(kept[1], kept[2], self._look(key, kept))

    def _arm(self, kept: Kept) -> bool:
        """Have files watched; whether they are, and are as they were."""
        _, files, directories, mark = kept
        now = self._passed()
        if now < mark[1]:
            return False
        if self._watch is None or self._watch.is_lost:
            from pamkit.stores.policy_watch import process_watch

            self._watch = process_watch()
        names = [name for name, _ in (*files, *directories)]
        if self._watch is not None and self._watch.arm(
            mark, names, lambda: _is_as_it_was(files, directories)
        ):
            return True
        mark[1] = now + _REST
        return False

    def _prepare(self, key: Hashable, kept: Kept) -> None:
        """Put looks together for a policy that is asked for often: they cost half as much."""
        compiled, files, directories, mark = kept
        mark[2] += 1
        if mark[2] < _OFTEN or directories or not all(state for _, state in files):
            return
        mark[2] = 0
        held = self._held_stat()
        if held is None or not all(held.is_near(name) for name, _ in files):
            mark[2] = -_SELDOM
            return
        from pamkit.stores.prepared_looks import PreparedLooks

        try:
            looks = PreparedLooks(name for name, _ in files)
        except (AttributeError, OSError):  # no such function, or a file that has gone
            mark[2] = -_SELDOM
            return
        # Afterwards, so that no change falls in between.
        if _is_as_it_was(files, ()) and self._kept.get(key) is kept:
            self._ready[key] = (compiled, looks)

    def _held_stat(self) -> HeldStat | None:
        if self._held is None and self._has_held:
            from pamkit.stores.held_stat import HeldStat

            try:
                self._held = HeldStat()
            except (AttributeError, ImportError, OSError):  # another C library, or none to ask
                self._has_held = False
        return self._held

    def _look(self, key: Hashable, kept: Kept) -> Look:
        """Return how files are looked at: where threads are, so that none waits for another."""
        held = self._held_stat() if _thread._count() else None
        if held is None:
            return _state
        of, is_near = self._near.get(key, (None, False))
        if of is not kept:
            is_near = all(held.is_near(name) for name, _ in (*kept[1], *kept[2]))
            self._near[key] = (kept, is_near)
        return held if is_near else _state

    def _keep(self, key: Hashable, kept: Kept) -> None:
        # Never waited for: in the child of a program that forked while another thread was here,
        # nobody would let go.  What is not kept is read again.
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._kept.pop(key, None)
            self._ready.pop(key, None)
            while len(self._kept) >= _MOST:
                oldest = next(iter(self._kept))
                del self._kept[oldest]
                self._looked.pop(oldest, None)
                self._near.pop(oldest, None)
                self._ready.pop(oldest, None)
            self._kept[key] = kept
            if self._fresh:
                self._looked[key] = self._passed()
        finally:
            self._lock.release()


_shared: list[PolicyCache] = []


def shared_policies() -> PolicyCache:
    """Return the cache that all transactions of this process share."""
    if not _shared:
        _shared.append(PolicyCache())
    return _shared[0]


class _Watched:
    """A source that writes down what was looked at, and in which state it was."""

    def __init__(self, source: PolicySource, pins: dict[str, int]) -> None:
        self._source, self._pins = source, pins
        self._files: dict[bytes, State | None] = {}
        self._directories: dict[bytes, bool] = {}
        self._stood_still = True
        self.is_certain = True
        """Whether everything was read that there is."""

    def read(self, path: str) -> Reading:
        name = _name(path)
        # The state is that of the file that is read, wherever the path leads to by now.
        before = self._pinned_state(path)
        reading = self._source.read(path)
        is_missing = reading.outcome is Outcome.MISSING
        if before != self._pinned_state(path) or (is_missing and before is not None):
            self._stood_still = False
        if before == _ODD or not (is_missing or reading.outcome is Outcome.READ):
            self.is_certain = False
        self._files[name] = before
        return reading

    def _pinned_state(self, path: str) -> State | None:
        try:
            directory, name = pinned(self._pins, path)
        except OSError as error:
            return None if error.errno in _MISSING else _ODD
        return _state(name, directory)

    def is_directory(self, path: str) -> bool:
        found = self._source.is_directory(path)
        self._directories[_name(path)] = found
        return found

    def is_one_policy(self) -> bool:
        """Whether all that was read was there at one time: nothing has changed since."""
        return self._stood_still and _is_as_it_was(self._files.items(), self._directories.items())

    def kept(self, compiled: Compiled) -> Kept:
        """Return what would be kept.

        A directory with a file that is there need not be looked at: it was on the way to the file.
        """
        there = {name.rpartition(b"/")[0] for name, state in self._files.items() if state}
        directories = tuple(
            (name, was_there)
            for name, was_there in self._directories.items()
            if not was_there or name.rstrip(b"/") not in there
        )
        return (compiled, tuple(self._files.items()), directories, [None, 0, 0])

    def is_settled(self, now: int) -> bool:
        """Whether another change of any file would give it another state."""
        found = [(name, state) for name, state in self._files.items() if state is not None]
        if not all(now - max(state[_CHANGED:]) > _UNSETTLED for _, state in found):
            return False
        from pamkit.stores.file_state import may_be_image  # who keeps nothing has no need of it

        try:
            return not any(may_be_image(name, state[-1]) for name, state in found)
        except OSError:
            return False

    def is_here(self) -> bool:
        """Whether a look at each file shows what it is now."""
        from pamkit.stores.file_state import is_here  # as above

        return all(is_here(name, state[0]) for name, state in self._files.items() if state)


_MODE, _CHANGED = 2, 4
"""Where in a state the mode stands, and where the times begin."""

_ODD: State = (-1,)
"""The state of what cannot even be looked at."""


def _are_unchanged(files: Iterable[tuple[bytes, State | None]]) -> bool:
    """Whether files are in their states; the same as below, for who asks most often."""
    try:
        for name, state in files:
            found = look(name)
            now = (
                found.st_dev,
                found.st_ino,
                found.st_mode,
                found.st_size,
                found.st_mtime_ns,
                found.st_ctime_ns,
            )
            if now != state:
                return False
    except (OSError, ValueError):  # one is missing, perhaps as it was
        return _is_as_it_was(files, ())
    return True


def _is_as_it_was(
    files: Iterable[tuple[bytes, State | None]],
    directories: Iterable[tuple[bytes, bool]],
    asked: Look | None = None,
) -> bool:
    asked = asked or _state
    for name, state in files:
        if asked(name) != state:
            return False
    for name, was_there in directories:
        found = asked(name)
        is_there = found is not None and found != _ODD and stat.S_ISDIR(found[_MODE])
        if is_there != was_there:
            return False
    return True


def _state(name: bytes, directory: int | None = None) -> State | None:
    """Return the state of what a path leads to; `None` if nothing is there."""
    try:
        found = os.stat(name, dir_fd=directory)
    except OSError as error:
        return None if error.errno in _MISSING else _ODD
    except ValueError:
        return _ODD
    return (
        *(found.st_dev, found.st_ino, found.st_mode, found.st_size),
        *(found.st_mtime_ns, found.st_ctime_ns),
    )


def _name(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
