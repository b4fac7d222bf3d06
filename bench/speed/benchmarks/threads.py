"""Transactions in several threads of one process, on processors of their own and not."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.speed.benchmark import Benchmark, Figure, Judged, Plot
from bench.speed.benchmarks.transaction import TRUSTING, WATCHING, private_place
from bench.speed.build import CannotBuild
from bench.speed.place import why_not
from bench.speed.worker import Work, Workers, command_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.speed.benchmark import Effort, Row

THREADS = (1, 2, 4, 8)
FREE = "threads run where the kernel puts them"
PINNED = "threads run on processors of their own, in turn"
PEERS = ("C", "C, modules mapped", "pamela", "pamkit")


def measure(effort: Effort) -> Iterator[Row | str]:
    """Yield microseconds of wall time a transaction: half of one thread's is twice as much work."""
    if (why := why_not()) is not None:
        yield f"everything: {why}"
        return
    with tempfile.TemporaryDirectory() as scratch:
        try:
            place = private_place(Path(scratch))
            commands = {peer: command_of(peer, place, Path(scratch)) for peer in PEERS}
            commands[TRUSTING] = command_of("pamkit", place, Path(scratch), fresh_for=1)
            commands[WATCHING] = command_of("pamkit", place, Path(scratch), watched=True)
        except (CannotBuild, OSError) as error:
            yield f"everything: {error}"
            return
        place.settle()
        longer = effort._replace(seconds=effort.seconds * 2)
        with Workers(commands) as workers:
            yield from workers.left_out
            for group, is_pinned in ((FREE, False), (PINNED, True)):
                for threads in THREADS:
                    work = Work("nop4", threads=threads, is_pinned=is_pinned)
                    yield from workers.rows(group, _name(threads), work, longer, at=threads)


def _name(threads: int) -> str:
    return f"{threads} thread{'s' * (threads > 1)}"


def _judged(group: str, says: str) -> Judged:
    more = THREADS[1:]
    return Judged(
        f"2, 4 and 8 threads against one, every file looked at, {says}",
        tuple(Figure(group, _name(threads), "pamkit") for threads in more),
        beside=tuple(Figure(group, _name(1), "pamkit") for _ in more),
        at_most=1 / 0.9,
    )


ACCOUNT = f"""
The four-line policy in several threads of one process. What is shown is the time of all, divided
by the transactions of all: with two threads that do twice the work it is half. *{TRUSTING}*
serves a policy for a second without a look at its files (`PolicyCache(fresh_for=1)`);
*{WATCHING}* asks the kernel whether any of them has changed (`PolicyCache(watched=True)`).

libpam's threads meet in the dynamic loader and in the kernel; on two processors they do up to
twice as much. pamkit holds the lock of the interpreter while it works, so that a second thread
can win nothing, and the question is what it loses. A `stat` lets go of that lock, and threads on
two processors that let go of it and take it again many times a second wait for each other's
wake-up: that made two threads half as fast as one, before looks at files were shared between
threads. Where transactions wait for people, hashes or files, no lock is held, and this table says
nothing about that.

The physical limit for threads of one interpreter is one: who needs two processors for transactions
that only compute starts two processes.
"""

BENCHMARK = Benchmark(
    name="threads",
    title="Threads",
    order=30,
    measure=measure,
    account=ACCOUNT,
    judged=(
        _judged(FREE, "where the kernel puts them"),
        _judged(PINNED, "on processors of their own"),
    ),
    plots=(
        Plot("threads", PINNED, "Threads on processors of their own", "threads", "microseconds"),
    ),
)
