"""A policy that was never read before: what a line costs in a new process's first transaction."""

from __future__ import annotations

import re
import tempfile
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from bench.speed import stock
from bench.speed.benchmark import Benchmark, Figure, Judged, Row
from bench.speed.build import CannotBuild
from bench.speed.place import FACILITIES, Place, why_not
from bench.speed.rounds import interleaved
from bench.speed.worker import CannotDo, Work, Worker, command_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.speed.benchmark import Effort

FEW, MANY = 100, 900
"""Lines of the policies that are compared: what a line costs is the difference of both."""

KINDS = ("simple lines", "bracketed lines", "lines of Debian's services")
READ, WHOLE = "read a policy: start, end", "first transaction, whole"
PEERS = ("C", "pamkit")
WARM = Work("warm", "acmox")
"""Another service, of one line a facility: what a first transaction brings in is no line's."""


def measure(effort: Effort) -> Iterator[Row | str]:
    """Yield microseconds a line; every sample is two new processes."""
    if (why := why_not()) is not None:
        yield f"everything: {why}"
        return
    with tempfile.TemporaryDirectory() as scratch:
        try:
            place = _place(Path(scratch))
            commands = {peer: command_of(peer, place, Path(scratch)) for peer in PEERS}
        except (CannotBuild, OSError) as error:
            yield f"everything: {error}"
            return
        for group, calls in ((READ, "-"), (WHOLE, "acmox")):
            for at, name in enumerate(KINDS):
                samples = {peer: _slope(commands[peer], at, calls) for peer in PEERS}
                try:
                    found = interleaved(samples, rounds=effort.rounds)
                except CannotDo as why_so:
                    yield f"{name}: {why_so}"
                    continue
                for peer, measured in found.items():
                    yield Row(group, name, peer, "us a line", *measured)


def _slope(command: list[str], kind: int, calls: str) -> Callable[[int], float]:
    def sample(_: int) -> float:
        few, many = (_first(command, Work(f"kind{kind}-{lines}", calls)) for lines in (FEW, MANY))
        return (many - few) / (MANY - FEW)

    return sample


def _first(command: list[str], work: Work) -> float:
    worker = Worker(command)
    try:
        worker.microseconds(WARM, 1)  # then everything is imported, and nothing of this is read
        return worker.microseconds(work, 1)
    finally:
        worker.close()


def _place(scratch: Path) -> Place:
    scratch.chmod(0o755)
    texts = stock.policies()
    place = Place(scratch / "uncached")
    place.build_modules({"pam_nop", *stock.modules(texts.values())}, real=())
    kinds = (
        "{facility} required pam_nop.so line={at}\n",
        "{facility} [success=ok new_authtok_reqd=ok ignore=ignore default=bad] pam_nop.so"
        " line={at} a=b\n",
        None,
    )
    one_each = "".join(f"{facility} required pam_nop.so\n" for facility in FACILITIES)
    policies = {"other": one_each, "warm": one_each}
    for at, line in enumerate(kinds):
        for lines in (FEW, MANY):
            policies[f"kind{at}-{lines}"] = (
                _made_up(line, lines) if line is not None else _debian(texts, lines)
            )
    place.write_policies(policies)
    return place


def _made_up(line: str, lines: int) -> str:
    facilities = islice(cycle(FACILITIES), lines)
    return "".join(line.format(facility=name, at=at) for at, name in enumerate(facilities))


def _debian(texts: dict[str, str], lines: int) -> str:
    """Return so many rules of Debian's services, with their comments; no two rules are the same."""
    found: list[str] = []
    rules = 0
    for line in cycle("\n".join(texts.values()).splitlines()):
        if rules == lines:
            break
        if line.startswith("@include"):
            continue
        if re.match(r"\s*\w", line):
            line = f"{line.partition('#')[0].rstrip()} line={rules}"
            rules += 1
        found.append(line)
    return "\n".join(found) + "\n"


def _judged(group: str) -> tuple[Judged, ...]:
    return tuple(
        Judged(
            f"{name}, against C",
            (Figure(group, name, "pamkit"),),
            beside=(Figure(group, name, "C"),),
            at_most=1.2,
        )
        for name in KINDS
    )


ACCOUNT = f"""
What a line of a policy costs that no cache holds: two new processes, which have imported what
they need in a transaction of another service, each do a first transaction, with {FEW} and with
{MANY} lines, and the difference is divided by the lines. No two lines are alike, so that nothing
that was read for one helps with another. Lines of Debian's services come with their comments.

C reads characters and builds a handler a line; a good part of it is finding the six functions of
the module by name. pamkit takes a line apart with the string functions of Python, which are C,
and each line costs some tens of steps of the interpreter on top. In the whole transaction the
lines are also bound to their modules, and called.

The physical limit for Python is about C's own time for lines without brackets. A program that
starts, asks once and ends pays this; one that stays pays it once for each change of a file.
"""

BENCHMARK = Benchmark(
    name="uncached",
    title="Nothing cached",
    order=11,
    measure=measure,
    account=ACCOUNT,
    judged=_judged(READ),
)
