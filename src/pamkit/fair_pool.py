"""Threads that work for all sources in turn: what waits here is no reason for others to wait.

Hashing lets go of the interpreter's lock, so that as many hashes are computed at once as there are
cores.  What takes its time without a core (programs, files that others hold) has threads of its
own.
"""

from __future__ import annotations

import _thread
import os
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


class FairPool:
    """Threads that do what they are given, one of each source after the other.

    ``threads`` is how many there may be: by default one for each core that this process may use.
    One source has at most ``of_one`` of them.  Any number of loops and threads may share a pool.
    """

    __slots__ = ("_closed", "_executor", "_lock", "_turns", "threads")

    def __init__(self, threads: int | None = None, *, of_one: int | None = None) -> None:
        """Make a pool; its threads come with the work.  `ValueError` for limits below 1."""
        self.threads = cores() if threads is None else threads
        """How many threads there may be."""
        self._turns: Turns[_Work] = Turns(in_all=self.threads, of_one=of_one)
        self._lock = _thread.allocate_lock()
        self._closed = False
        self._executor = futures.ThreadPoolExecutor(self.threads, "pamkit")

    def submit(self, source: str, function: Callable[..., _T], *args: Any) -> futures.Future[_T]:
        """Have a function called for a source; return what will have its result.

        What is cancelled before it has begun is forgotten at once, with its arguments.
        `RuntimeError` if the pool is closed.
        """
        work = _Work(self, source, function, args)
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._turns.join(source, work)
            # Whoever could begin before has begun, so if anybody begins now it is this one.
            if self._turns.take() is not None:
                self._start(work)
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
        with self._lock:  # whoever brought it has been told by now
            if first.is_dropped:
                return
        work: _Work | None = first
        while work is not None:
            source = work.source
            work.carry_out()
            with self._lock:
                self._turns.give_back(source)
                taken = self._turns.take()
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
os.register_at_fork(after_in_child=_shared.clear)  # threads are not inherited


def hashing_pool() -> FairPool:
    """Return the pool in which all transactions of this process have their hashes computed."""
    return _shared.get("hashing") or _shared.setdefault("hashing", FairPool())


def patient_pool() -> FairPool:
    """Return the pool for what takes its time: programs, and files that others hold."""
    pool = _shared.get("patient")
    return pool or _shared.setdefault("patient", FairPool(_PATIENT, of_one=_PATIENT_OF_ONE))
