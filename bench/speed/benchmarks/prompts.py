"""Thousands of logins at once, each of which waits at a prompt."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.speed.benchmark import Benchmark, Figure, Judged, Row
from bench.speed.build import SOURCES, CannotBuild
from bench.speed.place import FACILITIES, Place, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.speed.benchmark import Effort

CHILD = Path(__file__).resolve().parents[1] / "children" / "prompts.py"
COUNTS = (1_000, 10_000)
PATIENCE = 120.0
"""Seconds after which a peer is stopped: thousands of threads may take any time."""

SERVICE = "asks"
POLICY = "auth required pam_asks.so\n" + "".join(
    f"{facility} required pam_nop.so\n" * (3 if facility == "auth" else 4)
    for facility in FACILITIES
)

ASYNC, THREADS = "pamkit async", "pamkit, threads"
OWN = "pamkit, own loop"
TUNED = "pamkit async, tuned"
UNCOLLECTED, ALONE = "pamkit async, no collector", "asyncio alone"
LEAST = "asyncio, bare dispatcher"
PAMELA, POOL = "pamela, threads", "pamela, 100 threads"
PEERS = {
    ASYNC: "pamkit-async",
    OWN: "pamkit-own-loop",
    TUNED: "pamkit-async-tuned",
    UNCOLLECTED: "pamkit-async-uncollected",
    LEAST: "dispatcher",
    ALONE: "asyncio",
    THREADS: "pamkit-threads",
    PAMELA: "pamela-threads",
    POOL: "pamela-pool",
}


class Shown(NamedTuple):
    """A figure that a child reports: in which way it works, its name there, and how it is shown."""

    way: str
    key: str
    group: str
    unit: str


WALL = "answered after 100 ms each: until the last is done"
CPU = "answered after 100 ms each: processor time for each"
BURST = "answered after 100 ms each: late by, 99th percentile"
EACH = "all waiting at once: memory for each"
ABOVE = "all waiting at once: memory above the bare interpreter"
HELD = "all waiting at once: threads"
LATE = "answered 5,000 a second: from the answer to the end of the login, median"
LATEST = "answered 5,000 a second: the same, 99th percentile"
ERRORS = "logins that failed"

FIGURES = (
    Shown("burst", "wall", WALL, "s"),
    Shown("burst", "cpu", CPU, "us"),
    Shown("burst", "p99", BURST, "ms"),
    Shown("burst", "errors", ERRORS, ""),
    Shown("steady", "each", EACH, "KiB"),
    Shown("steady", "above", ABOVE, "MiB"),
    Shown("steady", "threads", HELD, ""),
    Shown("steady", "p50", LATE, "ms"),
    Shown("steady", "p99", LATEST, "ms"),
)


def measure(effort: Effort) -> Iterator[Row | str]:
    """Yield the figures; each sample is a process of its own, and peers take turns."""
    if (why := why_not()) is not None:
        yield f"everything: {why}"
        return
    with tempfile.TemporaryDirectory() as scratch:
        try:
            place = _place(Path(scratch))
        except (CannotBuild, OSError) as error:
            yield f"everything: {error}"
            return
        place.settle()
        for count in COUNTS[:1] if effort.is_quick else COUNTS:
            yield from _measured(place, count, min(effort.rounds, 5 if count == COUNTS[0] else 3))


def _measured(place: Place, count: int, rounds: int) -> Iterator[Row | str]:
    seen: dict[tuple[str, str], list[dict[str, float]]] = {}
    gone: set[tuple[str, str]] = set()
    for _ in range(rounds):
        for peer in PEERS:
            for way in ("burst", "steady"):
                if (peer, way) in gone or (peer == POOL and way == "steady"):
                    continue
                found = _sample(place, peer, way, count)
                if isinstance(found, str):
                    gone.add((peer, way))
                    yield f"{peer}: {count:,} logins: {found}"
                else:
                    seen.setdefault((peer, way), []).append(found)
    for figure in FIGURES:
        for peer in PEERS:
            samples = [one[figure.key] for one in seen.get((peer, figure.way), ())]
            if samples:
                yield Row(
                    figure.group,
                    f"{count:,} logins",
                    peer,
                    figure.unit,
                    statistics.median(samples),
                    min(samples),
                    len(samples),
                    count,
                    at=count,
                )


def _sample(place: Place, peer: str, way: str, count: int) -> dict[str, float] | str:
    words = [sys.executable, "-P", str(CHILD), PEERS[peer], way, str(count), SERVICE]
    try:
        done = subprocess.run(
            place.command(words), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return f"stopped, not done after {PATIENCE:.0f} s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["it ended by itself"])[-1]
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _place(scratch: Path) -> Place:
    scratch.chmod(0o755)
    place = Place(scratch / "place")
    place.build_modules(["pam_nop", "pam_asks"], real=["pam_deny"])
    place.write_policies({SERVICE: POLICY})
    (asks,) = (path for path in place.modules if path.name == "pam_asks.so")
    words = ["cc", "-std=gnu11", "-O2", "-shared", "-fPIC", str(SOURCES / "pam_asks.c")]
    words += ["-o", str(asks), "-l:libpam.so.0"]  # who loads it need not show it libpam's names
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotBuild(f"cc: {done.stderr.strip().splitlines()[0]}")
    return place


def _figure(group: str, *peers: str) -> tuple[Figure, ...]:
    return tuple(Figure(group, f"{COUNTS[-1]:,} logins", peer) for peer in peers or (ASYNC, OWN))


ACCOUNT = """
Thousands of people log in at once, and each takes time to type. A login is the whole transaction
on a policy of four lines whose first module asks for a password. Twice it is measured. In a burst
all begin together, and each is answered after 100 ms; the least that can take is 0.1 s. Then all
wait until everybody does, which is when memory is looked at; after that they are answered one after
the other, 5,000 a second, and what counts is how long after its answer each login is through.
Every sample is a process of its own. *100 threads* is a pool: who finds no thread waits for one, so
it has no figures for a moment at which all of them wait.

A thread per login costs its stack, the kernel's part of it, and with pamela libpam's handle, whose
modules every start maps again. A pool bounds that, and makes the logins wait for one another: at
100 ms each, 100 threads do 1,000 logins a second whatever the processor does. An event loop keeps
a task for each.

*own loop* is a program that has no asyncio: its conversation says that there is no answer yet
(`NotYet`), and it makes the call again when there is one. Its timers are a heap.

*asyncio alone* is the physical limit: tasks that wait for the same answers, and no login. Its
memory is the application's task and coroutine, what it waits for, and their places in the loop's
lists. On top of that pamkit keeps the transaction with its handle and core, one coroutine for the
verb, the walk that waits and the module's own coroutine. Policies, bound modules, questions and
the walks that were made are shared by all.

Of the processor time a part is the loop's, for a task, a timer and two callbacks. A part is the
login's: a start, five calls, a question with its answer, an end. A part is that of Python's
collector of cycles, which looks again and again at all that waits: *no collector* is pamkit with
`gc.disable()`, to show how much. What pamkit can do about it is to keep few objects. A program
can do more: *tuned* has the collector begin after 100,000 new objects, where Python begins after
700 (`gc.set_threshold(100_000)`), and the kernel watch the files of policies
(`PolicyCache(watched=True)`). In a burst nobody can be answered before those in front, so the last
is late by the processor time of all.

Processor time is no ratio, and depends on the machine. What carries over is how it stands to the
*bare dispatcher*: loops over functions that ask one question, and two looks at files. It has no
handle, trace, lock, delay, cleanup or policy, and nobody should let it near a login. On the machine
for which 25 us were set as the limit, something like it took 16 us.
"""

BENCHMARK = Benchmark(
    name="prompts",
    title="Thousands at a prompt",
    order=40,
    measure=measure,
    account=ACCOUNT,
    yardstick=PAMELA,
    judged=(
        Judged("10,000 that wait, memory for each", _figure(EACH), at_most=4),
        Judged("10,000 that wait, above the bare interpreter", _figure(ABOVE), at_most=57),  # 60 MB
        Judged(
            "10,000 logins on asyncio, processor time for each", _figure(CPU, ASYNC), at_most=25
        ),
        Judged("10,000 logins, own loop, processor time for each", _figure(CPU, OWN), at_most=25),
        Judged("10,000 logins, late by, 99th percentile", _figure(LATEST), at_most=50),
        Judged("10,000 logins, failed", _figure(ERRORS), at_most=0),
        Judged("10,000 that wait, threads", _figure(HELD), at_most=1),
    ),
)
