"""Failures counted in the memory of the process."""

import threading

from pamkit.module.world import Failure
from pamkit.stores.tallies import ProcessTallies


def test_failures_are_kept_by_user_until_cleared() -> None:
    tallies = ProcessTallies()
    first, second = Failure(1.0, "a"), Failure(2.0, "b")
    tallies.record("alice", first)
    tallies.record("alice", second)
    tallies.record("bob", first)
    assert tallies.failures("alice") == (first, second)
    tallies.clear("alice")
    tallies.clear("nobody")
    assert (tallies.failures("alice"), tallies.failures("bob")) == ((), (first,))


def test_the_newest_failures_stay_when_there_are_too_many() -> None:
    tallies = ProcessTallies()
    for second in range(1100):
        tallies.record("alice", Failure(float(second), ""))
    kept = tallies.failures("alice")
    assert (len(kept), kept[-1].when) == (1024, 1099.0)


def test_threads_lose_no_failure() -> None:
    tallies = ProcessTallies()

    def work() -> None:
        for _ in range(200):
            tallies.record("alice", Failure(0.0, ""))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tallies.failures("alice")) == 800
