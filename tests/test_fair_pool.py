"""Threads that work for all sources in turn."""

import gc
import os
import signal
import threading
import weakref
from collections.abc import Generator
from concurrent import futures
from typing import Any

import pytest

from pamkit import fair_pool
from pamkit.fair_pool import FairPool, cores, hashing_pool, patient_pool

PATIENCE = 10.0
"""Seconds for what a thread does at once, on a busy machine."""


class Held:
    """A pool of one thread, which is busy until it is let go."""

    def __init__(self) -> None:
        self.pool = FairPool(1)
        self._begun, self._go = threading.Event(), threading.Event()
        self.work = self.pool.submit("first", self._wait)
        assert self._begun.wait(PATIENCE)

    def _wait(self) -> None:
        self._begun.set()
        assert self._go.wait(PATIENCE)

    def let_go(self) -> None:
        self._go.set()


@pytest.fixture
def held() -> Generator[Held, None, None]:
    one = Held()
    yield one
    one.let_go()
    one.pool.close()


def test_what_is_submitted_is_done_and_what_it_raises_is_raised() -> None:
    pool = FairPool(2)
    assert pool.submit("a", divmod, 7, 2).result(PATIENCE) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        pool.submit("a", divmod, 7, 0).result(PATIENCE)
    with pytest.raises(SystemExit):
        pool.submit("a", exit, 3).result(PATIENCE)
    assert pool.submit("a", divmod, 7, 3).result(PATIENCE) == (2, 1), "its threads live on"
    pool.close()


def test_as_many_are_at_work_at_once_as_there_are_threads() -> None:
    pool = FairPool(3)
    together = threading.Barrier(3, timeout=PATIENCE)
    work = [pool.submit("a", together.wait) for _ in range(6)]
    assert sorted(one.result(PATIENCE) for one in work) == [0, 0, 1, 1, 2, 2]
    pool.close()


def test_a_thousand_of_one_source_keep_another_waiting_for_one_turn(held: Held) -> None:
    order: list[str] = []
    flood = [held.pool.submit("bad", order.append, "bad") for _ in range(1000)]
    good = held.pool.submit("good", order.append, "good")
    assert held.pool.waiting("bad") == 1000
    held.let_go()
    futures.wait([*flood, good], PATIENCE)
    assert order.index("good") == 1
    assert len(order) == 1001


def test_one_source_does_not_have_all_threads() -> None:
    pool = FairPool(2, of_one=1)
    begun, go = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        assert go.wait(PATIENCE)

    first, second = pool.submit("bad", slow), pool.submit("bad", slow)
    assert begun.wait(PATIENCE)
    assert pool.submit("good", divmod, 7, 2).result(PATIENCE) == (3, 1)
    assert pool.waiting("bad") == 1
    go.set()
    assert futures.wait([first, second], PATIENCE).not_done == set()
    pool.close()


class Token:
    """Something whose end can be seen."""


def test_what_is_cancelled_in_line_is_forgotten_with_its_arguments(held: Held) -> None:
    token = Token()
    seen = weakref.ref(token)
    work = held.pool.submit("a", print, token)
    del token
    assert work.cancel()
    assert held.pool.waiting() == 0
    assert seen() is None
    with pytest.raises(futures.CancelledError):
        work.result()


def test_what_is_cancelled_on_its_way_to_a_thread_is_not_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_their_way: list[Any] = []
    pool, done = FairPool(1), list[str]()
    monkeypatch.setattr(FairPool, "_start", lambda self, work: on_their_way.append(work))
    work = pool.submit("a", done.append, "done")
    assert work.cancel()
    on_their_way[0].carry_out()
    assert done == []


def test_nothing_is_kept_of_what_is_done_while_its_thread_goes_on(held: Held) -> None:
    token = Token()
    seen = weakref.ref(token)
    work = held.pool.submit("a", id, token)
    begun, go = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        assert go.wait(PATIENCE)

    behind = held.pool.submit("b", slow)
    del token
    held.let_go()
    assert begun.wait(PATIENCE)
    assert seen() is None
    go.set()
    behind.result(PATIENCE)
    assert work.done()


def test_work_leaves_no_cycle_for_the_collector() -> None:
    pool = FairPool(1)
    pool.submit("a", int).result(PATIENCE)
    gc.collect()
    gc.disable()
    try:
        seen = weakref.ref(pool.submit("a", int))
        pool.submit("a", int).result(PATIENCE)  # the thread has let go of the one before
        assert seen() is None
    finally:
        gc.enable()
        pool.close()


def test_a_closed_pool_takes_no_more_and_finishes_what_it_has() -> None:
    one = Held()
    waiting = one.pool.submit("a", divmod, 7, 2)
    one.pool.close()
    with pytest.raises(RuntimeError, match="closed"):
        one.pool.submit("b", int)
    one.let_go()
    assert waiting.result(PATIENCE) == (3, 1)


def test_there_are_as_many_threads_as_cores_that_may_be_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {1, 4, 5}, raising=False)
    assert FairPool().threads == cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert FairPool().threads == 1
    with pytest.raises(ValueError, match="at least 1"):
        FairPool(0)


def test_what_is_refused_for_want_of_a_thread_is_never_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    pool, go, done = FairPool(2), threading.Event(), list[int]()
    busy = pool.submit("a", go.wait, PATIENCE)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", none)
        with pytest.raises(RuntimeError, match="new thread"):
            pool.submit("b", done.append, 1)
    # The place of the refused is free, and is given back once.
    for number in range(2, 6):
        pool.submit("b", done.append, number)
    go.set()
    assert busy.result(PATIENCE)
    pool.close()
    pool._executor.shutdown(wait=True)
    assert (sorted(done), pool._turns.under_way()) == ([2, 3, 4, 5], 0)


def test_a_process_has_one_pool_for_hashes_and_one_for_what_takes_its_time() -> None:
    assert hashing_pool() is hashing_pool()
    assert patient_pool() is patient_pool()
    assert hashing_pool().threads == cores()
    assert patient_pool().threads > 1


def test_a_child_of_a_fork_has_pools_of_its_own() -> None:
    inherited = hashing_pool()
    inherited.submit("a", int).result(PATIENCE)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            pool = hashing_pool()
            done = pool is not inherited and pool.submit("a", divmod, 7, 2).result(PATIENCE)
            code = 0 if done == (3, 1) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert fair_pool.hashing_pool() is inherited


def test_a_pool_of_an_application_goes_on_in_the_child_of_a_fork() -> None:
    pool = FairPool(1)
    begun, go = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        assert go.wait(PATIENCE)

    held = pool.submit("a", hold)
    assert begun.wait(PATIENCE)
    waiting = pool.submit("a", hold)
    with pool._lock:  # as another thread may hold it
        child = os.fork()
        if child == 0:
            code = 1
            signal.alarm(int(PATIENCE))  # nobody would let go of the lock
            try:
                done = pool.submit("a", divmod, 7, 2).result(PATIENCE)
                code = 0 if done == (3, 1) and pool.waiting() == 0 else 2
            finally:
                os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert pool.waiting() == 1, "nothing was taken from the parent"
    go.set()
    assert futures.wait([held, waiting], PATIENCE).not_done == set()
    pool.close()


def test_who_yields_goes_on_when_the_call_is_made() -> None:
    made, lock = list[str](), threading.Lock()

    def call() -> None:
        made.append("called")
        assert lock.acquire(timeout=PATIENCE)

    pool = FairPool(1)
    pool.submit("a", int).result(PATIENCE)  # there is a thread by now
    with lock, pytest.MonkeyPatch.context() as patch:
        patch.setattr(fair_pool, "_STILL", PATIENCE)
        work = pool.submit_and_yield("a", call)
        assert work.running()
        second = pool.submit_and_yield("a", call)
        assert not second.running(), "and who waits in line is not waited for"
        assert second.cancel()
    work.result(PATIENCE)
    with pytest.raises(ZeroDivisionError):
        pool.submit_and_yield("a", divmod, 1, 0).result(PATIENCE)
    assert made == ["called"]
    pool.close()


def test_nobody_holds_still_for_long_where_a_thread_does_not_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(FairPool, "_start", lambda self, work: None)
    pool = FairPool(1)
    assert not pool.submit_and_yield("a", int).done()
    pool.close()
