"""Instructions that a transaction takes in user space, counted: the same on a busy machine."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.speed.benchmark import Benchmark, Figure, Judged, Row
from bench.speed.benchmarks.transaction import private_place, stock_place
from bench.speed.build import CannotBuild
from bench.speed.place import Place, why_not
from bench.speed.worker import CannotDo, Work, Worker, command_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bench.speed.benchmark import Effort

WARM = 100
"""Transactions before those that are counted: the interpreter has seen all that it specialises."""

COUNT = 20
"""Transactions that are counted; each count is exact, and the same the next time."""

GROUP = "instructions a transaction"
PEERS = ("C", "pamkit")
PRIVATE = {"4 lines a facility": Work("nop4"), "200 lines a facility": Work("nop200")}
STOCK = {"Debian's sshd": Work("sshd"), "Debian's cron": Work("cron")}
_PARTS = {
    "4 lines a facility: start, end": Work("nop4", "-"),
    "4 lines a facility: start, authenticate, end": Work("nop4", "a"),
}
"""What is shown and not judged."""


def measure(effort: Effort) -> Iterator[Row | str]:
    """Yield the counts; they need no rounds."""
    if (why := why_not() or _no_counter()) is not None:
        yield f"everything: {why}"
        return
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        for make, works in ((private_place, _PARTS | PRIVATE), (stock_place, STOCK)):
            try:
                place = make(scratch)
                place.settle()
                for peer in PEERS:
                    for said, count in counted(peer, place, scratch, works).items():
                        yield Row(GROUP, said, peer, "instructions", count, count, 1, COUNT)
            except (CannotBuild, CannotDo, OSError) as error:
                yield f"{', '.join(works)}: {error}"


def counted(peer: str, place: Place, scratch: Path, works: Mapping[str, Work]) -> dict[str, float]:
    """Return the instructions of each transaction, by its name, in a process that is warm.

    Raises `CannotDo` where the peer or the counter does not work.
    """
    with tempfile.TemporaryDirectory(dir=scratch) as there:
        Path(there).chmod(0o777)
        valgrind = [
            "valgrind",
            "--tool=callgrind",
            # The peers call it for a mark, and for nothing else; libc has it by two names.
            "--dump-before=sched_yield",
            "--dump-before=__sched_yield",
            f"--callgrind-out-file={there}/out",
            "--quiet",
        ]
        # What is a hash of text must not be another one next time.
        fixed = ["env", "PYTHONHASHSEED=0"]
        command = command_of(peer, place, scratch)
        begin = command.index("--") + 1
        worker = Worker([*command[:begin], *fixed, *valgrind, *command[begin:]])
        try:
            for work in works.values():
                worker.microseconds(work, WARM)
                worker.mark()
                worker.microseconds(work, COUNT)
                worker.mark()
        finally:
            worker.close()
        # Each mark ends a dump: one before the first transaction counts, one when the last has.
        totals = [_total(Path(there, f"out.{2 * at + 2}")) for at in range(len(works))]
    return {name: total / COUNT for name, total in zip(works, totals, strict=True)}


def _total(dump: Path) -> int:
    try:
        found = re.search(r"^(?:totals|summary): (\d+)", dump.read_text(), re.M)
    except FileNotFoundError:
        found = None
    if found is None:
        raise CannotDo("valgrind counted nothing")
    return int(found[1])


def _no_counter() -> str | None:
    return None if shutil.which("valgrind") else "there is no valgrind to count with"


def _judged(name: str) -> Judged:
    return Judged(
        f"{name}, against C",
        (Figure(GROUP, name, "pamkit"),),
        beside=(Figure(GROUP, name, "C"),),
        at_most=1 / 2,
    )


ACCOUNT = f"""
Instructions in user space of one full transaction, counted by valgrind over {COUNT} transactions
of a process that is warm. It is no time: the kernel's part is not in it, and no wait for memory.
But it is the same number on a busy machine, so that a test can hold it.

C's instructions go into reading the policy and into the dynamic loader, which looks up every
symbol of every module again. pamkit's go into the interpreter, about a hundred for each step that
the program takes.
"""

BENCHMARK = Benchmark(
    name="instructions",
    title="Instructions",
    order=15,
    measure=measure,
    account=ACCOUNT,
    judged=tuple(_judged(name) for name in (*PRIVATE, *STOCK)),
)
