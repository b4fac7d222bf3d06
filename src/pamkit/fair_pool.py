"""Threads that work for all sources in turn: what waits here is no reason for others to wait.

Hashing lets go of the interpreter's lock, so that as many hashes are computed at once as there are
cores.  What takes its time without a core (programs, files that others hold) has threads of its
own.
"""

from __future__ import annotations

import _thread
import os
import weakref
from concurrent import futures
from typing import TYPE_CHECKING, Any, TypeVar

from pamkit.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")

_PATIENT = 64
"""Threads for what takes its time; each is made when it is first needed."""

_PATIENT_OF_ONE = 16
"""How many of them one source may have, so that some are left for others."""


_STILL = 0.0005
"""Seconds for which somebody holds still at the most, so that a thread may begin."""


class FairPool:
    """Threads that do what they are given, one of each source after the other.

    ``threads`` is how many there may be: by default one for each core that this process may use.
    One source has at most ``of_one`` of them.  Any number of loops and threads may share a pool.
    In the child of a fork it begins anew: what was brought before is its parent's.
    """

    __slots__ = ("__weakref__", "_closed", "_executor", "_lock", "_of_one", "_turns", "threads")

    def __init__(self, threads: int | None = None, *, of_one: int | None = None) -> None:
        """Make a pool; its threads come with the work.  `ValueError` for limits below 1."""
        self.threads = cores() if threads is None else threads
        """How many threads there may be."""
        self._of_one, self._closed = of_one, False
        self._begin()
        _pools.add(self)

    def submit(self, source: str, function: Callable[..., _T], *args: Any) -> futures.Future[_T]:
        """Have a function called for a source; return what will have its result.

        What is cancelled before it has begun is forgotten at once, with its arguments.
        `RuntimeError` if the pool is closed.
        """
        work = _Work(self, source, function, args)
        self._let_in(work)
        return work

    def submit_and_yield(
        self, source: str, function: Callable[..., _T], *args: Any
    ) -> futures.Future[_T]:
        """Submit, and if a thread is free, hold still until it has made the call.

        For a caller that goes on working, and a function that soon lets go of the interpreter's
        lock.  A thread that wakes up waits for that lock, and while the caller reads a file now and
        then it loses the race for it again and again: it would begin when the caller has nothing
        more to do.  Holding still takes some 50 us, and half a millisecond at the most.
        """
        work = _Work(self, source, function, args)
        begun = work.begun = _thread.allocate_lock()
        begun.acquire()
        if self._let_in(work):
            begun.acquire(timeout=_STILL)
        return work

    def waiting(self, source: str | None = None) -> int:
        """How many wait for a thread, of one source or of all."""
        with self._lock:
            return self._turns.waiting(source)

    def close(self) -> None:
        """Take no more work; what has begun is finished, and what waits is done as well."""
        with self._lock:
            self._closed = True
            self._executor.shutdown(wait=False)

    def _begin(self) -> None:
        self._turns: Turns[_Work] = Turns(in_all=self.threads, of_one=self._of_one)
        self._lock = _thread.allocate_lock()
        self._executor = futures.ThreadPoolExecutor(self.threads, "pamkit")

    def _let_in(self, work: _Work) -> bool:
        """Put work in its line; return whether it begins now."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._turns.join(work.source, work)
            # Whoever could begin before has begun, so if anybody begins now it is this one.
            if self._turns.take() is None:
                return False
            self._start(work)
            return True

    def _start(self, work: _Work) -> None:
        """Give work to a thread that is free."""
        try:
            self._executor.submit(self._work, work)
        except RuntimeError:  # the interpreter ends, or there can be no more threads
            work.drop()  # it may stand in line in the executor all the same
            self._turns.give_back(work.source)
            raise

    def _work(self, first: _Work) -> None:
        """Work in a thread, for one source after the other, until nobody is in line."""
        lock, turns = self._lock, self._turns  # in the child of a fork, the pool has others
        with lock:  # whoever brought it has been told by now
            if first.is_dropped:
                return
        work: _Work | None = first
        while work is not None:
            source = work.source
            work.carry_out()
            with lock:
                turns.give_back(source)
                taken = turns.take()
            work = None if taken is None else taken[1]

    def _forget(self, work: _Work) -> None:
        with self._lock:
            self._turns.withdraw(work.source, work)


class _Work(futures.Future[Any]):
    """A call that somebody waits for."""

    def __init__(
        self, pool: FairPool, source: str, function: Callable[..., Any], args: tuple[Any, ...]
    ) -> None:
        super().__init__()
        self.source = source
        self.is_dropped = False
        """Whether whoever brought it was told that it is not done; it has no place."""
        self.begun: _thread.LockType | None = None
        """Let go of when the call is made, for who holds still until then."""
        self._pool, self._call = pool, (function, args)

    def cancel(self) -> bool:
        """Leave the line, unless it has begun; the arguments are let go of."""
        is_cancelled = super().cancel()
        if is_cancelled:
            self._pool._forget(self)
            self._call = (_nothing, ())
        return is_cancelled

    def drop(self) -> None:
        """Let go of the call: it is never made."""
        self.is_dropped = True
        self._call = (_nothing, ())

    def carry_out(self) -> None:
        """Make the call, unless nobody waits for it any more."""
        (function, args), self._call = self._call, (_nothing, ())
        if not self.set_running_or_notify_cancel():
            return
        if self.begun is not None:
            self.begun.release()  # the interpreter's lock is this thread's until the function waits
        try:
            result = function(*args)
        except BaseException as fault:  # noqa: BLE001  # it is raised where the result is waited for
            self.set_exception(fault)
        else:
            self.set_result(result)


def _nothing() -> None:
    """Stand where a call was."""


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


_shared: dict[str, FairPool] = {}
_pools: weakref.WeakSet[FairPool] = weakref.WeakSet()


def _begin_anew() -> None:
    """Have no pool wait for threads, or for a lock, of the process that forked."""
    _shared.clear()
    for pool in list(_pools):
        pool._begin()


os.register_at_fork(after_in_child=_begin_anew)


def hashing_pool() -> FairPool:
    """Return the pool in which all transactions of this process have their hashes computed."""
    return _shared.get("hashing") or _shared.setdefault("hashing", FairPool())


def patient_pool() -> FairPool:
    """Return the pool for what takes its time: programs, and files that others hold."""
    pool = _shared.get("patient")
    return pool or _shared.setdefault("patient", FairPool(_PATIENT, of_one=_PATIENT_OF_ONE))
