"""A peer at work: a process of its own that does transactions when asked, and times itself."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from bench.speed import build
from bench.speed.place import module_directory
from bench.speed.rounds import enough, interleaved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import TracebackType

    from bench.speed.benchmark import Effort, Row
    from bench.speed.place import Place

PEER = Path(__file__).resolve().parent / "peer.py"
C_PEERS = ("C", "C, no audit", "C, modules mapped", "C, modules mapped, no audit")
PYTHONS = ("pamela", "python-pam", "pamkit", "pamkit async")


class CannotDo(Exception):
    """What a peer said that it cannot do."""


class Work(NamedTuple):
    """What is asked of a peer: which calls, of which service (or services in turn), by whom."""

    service: str
    calls: str = "acmox"
    user: str = "root"
    many: int = 1
    threads: int = 1
    is_pinned: bool = False


class Worker:
    """A peer's process, in a place."""

    def __init__(self, command: list[str]) -> None:
        """Start it."""
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115  # open as long as the process
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            bufsize=1,
        )

    def microseconds(self, work: Work, count: int) -> float:
        """Return what one of ``count`` transactions took; raises `CannotDo`."""
        numbers = f"{work.many} {count} {work.threads} {int(work.is_pinned)}"
        return self._ask(f"{work.calls} {work.user} {work.service} {numbers}")

    def mark(self) -> None:
        """Mark the place for what counts instructions."""
        self._ask("mark")

    def _ask(self, request: str) -> float:
        if self._process.stdin is None or self._process.stdout is None:
            raise CannotDo("it has no pipes")
        try:
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise CannotDo(self._last_words()) from None
        answer = self._process.stdout.readline().strip()
        if not answer or answer.startswith("!"):
            raise CannotDo(answer.removeprefix("!").strip() or self._last_words())
        return float(answer)

    def _last_words(self) -> str:
        self._complaints.seek(0)
        lines = self._complaints.read().split("\n")
        return next((line for line in reversed(lines) if line), "it ended by itself")

    def close(self) -> None:
        """End the process."""
        with suppress(BrokenPipeError):
            self._process.communicate()
        self._complaints.close()


def command_of(
    peer: str, place: Place, scratch: Path, *, fresh_for: float = 0, watched: bool = False
) -> list[str]:
    """Return how a peer is started in a place; raises `build.CannotBuild`.

    Peers are those of `C_PEERS` and of `PYTHONS`.  pamkit is given its own modules
    that do nothing for those of the place that do; the rest are settings of its `PolicyCache`.
    """
    if peer in C_PEERS:
        program = build.c_peer(scratch, audits="no audit" not in peer)
        mapped = place.modules if "mapped" in peer else ()
        return place.command([str(program), *(str(module_directory() / m.name) for m in mapped)])
    words = [sys.executable, "-P", str(PEER), peer.replace(" ", "-")]
    if peer.startswith("pamkit"):
        words += ["--nop", *place.nothing, "--delay", *place.delaying]
        rules = {"fresh_for": fresh_for, "watched": watched}
        words += ["--policies", *(f"{name}={value}" for name, value in rules.items() if value)]
    return place.command(words)


class Workers:
    """The peers of one benchmark, as long as it runs; ``left_out`` says who could not start."""

    def __init__(self, commands: Mapping[str, list[str]]) -> None:
        """Know how they are started."""
        self._commands = commands
        self._stack = ExitStack()
        self.by_peer: dict[str, Worker] = {}
        self.left_out: list[str] = []

    def __enter__(self) -> Self:
        """Start all."""
        for peer, command in self._commands.items():
            worker = Worker(command)
            self._stack.callback(worker.close)
            try:
                worker.mark()
            except CannotDo as why:
                self.left_out.append(f"{peer}: {why}")
            else:
                self.by_peer[peer] = worker
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End all."""
        self._stack.close()

    def rows(
        self,
        group: str,
        name: str,
        work: Work,
        effort: Effort,
        *,
        peers: Iterable[str] | None = None,
        at: float | None = None,
        least: int = 3,
    ) -> Iterator[Row | str]:
        """Measure one piece of work, with all peers or those named; samples are taken in turn.

        ``least`` is how many operations a sample has at least.
        """
        from bench.speed.benchmark import Row

        samples, counts = {}, {}
        for peer in self.by_peer if peers is None else peers:
            worker = self.by_peer.get(peer)
            if worker is None:
                continue

            def sample(count: int, worker: Worker = worker) -> float:
                return worker.microseconds(work, count)

            try:
                if work.many > 1:
                    sample(work.many)  # each service once, before anything counts
                count = enough(sample, effort.seconds) // work.threads
                counts[peer] = max(least, count)
            except CannotDo as why:
                yield f"{peer}: {name}: {why}"
            else:
                samples[peer] = sample
        for peer, measured in interleaved(samples, rounds=effort.rounds, n=counts).items():
            yield Row(group, name, peer, "us", *measured, at=at)
