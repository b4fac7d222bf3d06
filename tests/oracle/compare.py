"""Plays random policies through the system's libpam and through pamkit, and compares.

Compared are what `pam_start` returns, the code of every call, and style and text of every
message in order.
"""

from __future__ import annotations

import select
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pamkit.policy.words import logical_lines
from tests.oracle import ours
from tests.oracle.case import Case, compared, shown
from tests.oracle.libpam import Crashed, LibPam, Worker, play_all
from tests.oracle.ours import Manner
from tests.oracle.policies import draw

_BATCH = 500


class Tally(NamedTuple):
    """How many cases were played, and the numbers of those that differ or crash libpam."""

    played: int
    different: tuple[int, ...]
    crashed: tuple[int, ...]


def differing(libpam: LibPam, seed: int, first: int, count: int, manner: Manner) -> list[int]:
    """Return the numbers of the cases that differ; for a `Worker` to ask for."""
    found = []
    for number in range(first, first + count):
        libpam.mark(number)
        if differs(libpam, draw(seed, number), manner):
            found.append(number)
    return found


def differs(libpam: LibPam, case: Case, manner: Manner) -> bool:
    """Whether libpam and pamkit answer differently; for a `Worker` to ask for."""
    return libpam.play(case) != ours.play(case, manner)


def tally(
    workers: list[Worker],
    seed: int,
    first: int,
    count: int,
    manner: Manner,
    progress: Callable[[int], None] = lambda _: None,
) -> Tally:
    """Play cases in parallel; ``progress`` is told how many are done."""
    batches = deque(
        (at, min(_BATCH, first + count - at)) for at in range(first, first + count, _BATCH)
    )
    busy: dict[Worker, tuple[int, int]] = {}
    different: list[int] = []
    crashed: list[int] = []
    played = 0

    def feed(worker: Worker) -> None:
        if batches:
            busy[worker] = batches.popleft()
            worker.send(differing, seed, *busy[worker], manner)

    for worker in workers:
        feed(worker)
    while busy:
        for worker in select.select(list(busy), [], [])[0]:
            at, size = busy.pop(worker)
            try:
                different += worker.answer()
                played += size
            except Crashed as crash:
                if not at <= crash.number < at + size:
                    raise
                crashed.append(crash.number)
                # What lies before it is played again: the answer was lost with the child.
                batches.appendleft((crash.number + 1, at + size - crash.number - 1))
                batches.appendleft((at, crash.number - at))
                played += 1
            feed(worker)
        progress(played)
    return Tally(played, tuple(sorted(different)), tuple(sorted(crashed)))


def shrunk(worker: Worker, case: Case, manner: Manner) -> Case:
    """Return a case that still differs and from which nothing can be taken away."""
    smaller = True
    while smaller:
        smaller = False
        for candidate in reduced(case):
            try:
                still = worker.ask(differs, candidate, manner)
            except Crashed:
                continue
            if still:
                case, smaller = candidate, True
                break
    return case


def reduced(case: Case) -> Iterator[Case]:
    """Yield the case without one call, one file, one logical line, or one word at an end."""
    for at in range(len(case.calls)):
        yield case._replace(calls=case.calls[:at] + case.calls[at + 1 :])
    for name, text in case.files.items():
        yield case._replace(files={n: t for n, t in case.files.items() if n != name})
        lines = [line.raw for line in logical_lines(text.decode("utf-8", "surrogateescape"))]
        for at, line in enumerate(lines):
            pieces = [[*lines[:at], *lines[at + 1 :]]]
            words = line.split(" ")
            if len(words) > 3 and "\\" not in line:
                pieces.append([*lines[:at], " ".join(words[:-1]) + "\n", *lines[at + 1 :]])
            for piece in pieces:
                encoded = "".join(piece).encode("utf-8", "surrogateescape")
                yield case._replace(files={**case.files, name: encoded})


def report(worker: Worker, case: Case, manner: Manner) -> str:
    """Return a case and both its results, for a person."""
    (theirs,) = worker.ask(play_all, [case])
    return f"{shown(case)}\n--- results\n{compared(case, theirs, ours.play(case, manner))}"
