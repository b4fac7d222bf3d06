"""How the cost of a transaction grows: with lines, with services, with accounts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.speed.benchmark import Benchmark, Figure, Judged, Plot, Row
from bench.speed.build import CannotBuild
from bench.speed.place import FACILITIES, Place, why_not
from bench.speed.rounds import interleaved
from bench.speed.worker import Work, Worker, Workers, command_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.speed.benchmark import Effort
    from bench.speed.rounds import Sample

LINES = (10, 50, 100, 200, 400)
SERVICES = (1, 10, 100, 1000)
ACCOUNTS = (10, 100, 1_000, 10_000, 100_000)
SLOPES = ((10, 100), (100, 200), (200, 400))
PEERS = ("C", "pamela", "pamkit")

STACK = "lines a facility"
SLOPE = "what one more line costs (in each facility)"
TURN = "services of one process, in turn"
PASSWD = "lines of /etc/passwd and /etc/shadow, an account check of the last"


def measure(effort: Effort) -> Iterator[Row | str]:
    """Yield the figures."""
    if (why := why_not()) is not None:
        yield f"everything: {why}"
        return
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        try:
            yield from _policies(scratch, effort)
            for accounts in ACCOUNTS:
                yield from _accounts(scratch, accounts, effort)
        except (CannotBuild, OSError) as error:
            yield f"the rest: {error}"


def _policies(scratch: Path, effort: Effort) -> Iterator[Row | str]:
    place = Place(scratch / "growth")
    place.build_modules(["pam_nop"], real=["pam_deny"])
    stacks = {f"lines{lines}": _nops(lines) for lines in LINES}
    turns = {f"turn{each}": _nops(4) for each in range(max(SERVICES))}
    place.write_policies(stacks | turns)
    place.settle()
    with Workers({peer: command_of(peer, place, scratch) for peer in PEERS}) as workers:
        yield from workers.left_out
        for lines in LINES:
            work = Work(f"lines{lines}")
            yield from workers.rows(STACK, f"{lines} lines", work, effort, at=lines)
        for few, many in SLOPES:
            yield from _slope(workers, few, many, effort)
        for many in SERVICES:
            work = Work("turn" if many > 1 else "turn0", many=many)
            name = f"{many} service{'s' * (many > 1)}"
            taken = _fewer(effort) if many > 100 else effort
            yield from workers.rows(TURN, name, work, taken, at=many, least=many)


def _slope(workers: Workers, few: int, many: int, effort: Effort) -> Iterator[Row]:
    """Yield what a line costs between two lengths, which are measured one right after the other."""
    samples = {peer: _difference(worker, few, many) for peer, worker in workers.by_peer.items()}
    count = max(3, int(effort.seconds / (few + many) * 2e5))
    for peer, measured in interleaved(samples, rounds=effort.rounds, n=count).items():
        yield Row(SLOPE, _between(few, many), peer, "us", *measured)


def _difference(worker: Worker, few: int, many: int) -> Sample:
    def sample(count: int) -> float:
        below, above = (worker.microseconds(Work(f"lines{at}"), count) for at in (few, many))
        return (above - below) / (many - few)

    return sample


def _between(few: int, many: int) -> str:
    return f"{few} to {many} lines"


def _fewer(effort: Effort) -> Effort:
    return effort._replace(rounds=max(3, effort.rounds // 3))


def _nops(lines: int) -> str:
    return "".join(f"{facility} required pam_nop.so\n" * lines for facility in FACILITIES)


def _accounts(scratch: Path, accounts: int, effort: Effort) -> Iterator[Row | str]:
    place = Place(scratch / f"accounts{accounts}")
    place.write_policies({"accounts": "account required pam_unix.so\n"})
    passwd, shadow = [_ROOT], [_ROOT_SHADOW]
    for at in range(accounts - 1):
        passwd.append(f"user{at:06}:x:{100_000 + at}:{100_000 + at}:User:/home/user:/bin/sh\n")
        shadow.append(f"user{at:06}:*:20000:0:99999:7:::\n")
    place.lay("/etc/passwd", "".join(passwd))
    place.lay("/etc/shadow", "".join(shadow), mode=0o600)
    place.settle()
    with Workers({peer: command_of(peer, place, scratch) for peer in PEERS}) as workers:
        work = Work("accounts", "m", f"user{accounts - 2:06}")
        taken = _fewer(effort) if accounts > 1000 else effort
        yield from workers.rows(PASSWD, f"{accounts:,} lines", work, taken, at=accounts)


_ROOT = "root:x:0:0:root:/root:/bin/sh\n"
_ROOT_SHADOW = "root:*:20000:0:99999:7:::\n"

ACCOUNT = """
Lines, services and accounts, one more and many more.

A line that is there costs a call of its function and little else in pamkit, and nothing is read
again. C reads the line again each time. Both grow in a straight line; what one more line costs is
the slope between two lengths.

Services in turn are the worst for a cache: each is asked for only after all others were. pamkit
keeps a number of policies for a process; beyond that each is read anew, as C does always.

The account check looks for the last of many accounts in files that change so seldom that they
could be kept, and must not be: the files are read each time. C compares line by line; pamkit
reads a file whole and searches it for the name, which is one search in C for Python too. The
physical limit is reading the file.
"""

BENCHMARK = Benchmark(
    name="growth",
    title="Growth",
    order=20,
    measure=measure,
    account=ACCOUNT,
    judged=(
        Judged(
            "growth is linear: one more line at 400 lines against one more at 100",
            (Figure(SLOPE, _between(200, 400), "pamkit"),),
            beside=(Figure(SLOPE, _between(10, 100), "pamkit"),),
            at_most=1.25,
        ),
    ),
    plots=(
        Plot("growth-lines", STACK, "Lines", "lines a facility", "microseconds", is_log=False),
        Plot("growth-services", TURN, "Services in turn", "services", "microseconds"),
        Plot("growth-accounts", PASSWD, "Accounts", "lines of /etc/passwd", "microseconds"),
    ),
)
