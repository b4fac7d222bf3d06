"""Login records that many processes write at once, by the second, and whether one is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.speed.accounts import lay_accounts
from bench.speed.benchmark import Benchmark, Figure, Judged, Plot, Row
from bench.speed.build import CannotBuild
from bench.speed.c_programs import c_program
from bench.speed.child import printed
from bench.speed.place import Place, why_not
from bench.speed.rounds import interleaved
from bench.speed.worker import CannotDo
from pamkit.formats import session_table
from pamkit.formats.faillock_tally import SIZE
from pamkit.formats.utmp import Kind, decode, layout_for
from pamkit.stores.session_registry import SessionRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bench.speed.benchmark import Effort

CHILD = Path(__file__).resolve().parents[1] / "children" / "records.py"
_PROCESSES = (1, 2, 4, 8, 16)
_PEERS = ("C", "pamkit")
_LOST = "missing when all are done"

_USERS = tuple(f"bench-{number}" for number in range(16))

_STEPS = (
    "DELETE FROM sessions WHERE state = 'closed' AND closed < 1 AND ?1 IS NOT NULL",
    "INSERT INTO sessions"
    " (id, state, service, user, uid, line, host, leader, started, boot, opened)"
    " VALUES (?1, 'opening', 'bench', 'root', 1, 'pts/1', '', 1, 1, 'boot', 1)",
    "UPDATE sessions SET state = 'open', ticket = 'ticket' WHERE id = ?1 AND state = 'opening'",
    "UPDATE sessions SET state = 'closing', closer = 1, closer_started = 1"
    " WHERE id = ?1 AND state = 'open'",
    f"SELECT {session_table.COLUMNS} FROM sessions WHERE id = ?1",  # noqa: S608  # constants
    "UPDATE sessions SET state = 'closed', closed = 2 WHERE id = ?1 AND state = 'closing'",
)
"""What the registry has SQLite do for one session, without what it reads of the kernel."""


class What(NamedTuple):
    """One kind of record: how much of it is done in a sample, by all processes together."""

    word: str
    says: str
    times: int
    users: tuple[str, ...]
    missing: Callable[[Path, int, int], int]
    """What is not there that should be, of so many processes and so many deeds of each."""


def _measure(effort: Effort) -> Iterable[Row | str]:
    # Where such records lie: in memory, as /run does.
    if (why := why_not()) is not None:
        yield f"everything: {why}"
        return
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # as it says
    with tempfile.TemporaryDirectory(dir=memory) as scratch:
        here = Path(scratch)
        records, programs = here / "records", here / "programs"
        for made in (records, programs):
            made.mkdir()
        here.chmod(0o755)
        place = Place(here / "place")
        place.write_policies(_policies(records))
        lay_accounts(place, dict.fromkeys(_USERS, "*"))
        place.settle()
        commands: dict[str, tuple[str, ...]] = {"pamkit": (sys.executable, str(CHILD))}
        try:
            libraries = ("-l:libpam.so.0", "-l:libsqlite3.so.0")
            commands["C"] = (c_program("records", programs, *libraries),)
        except CannotBuild as fault:
            yield str(fault)
        for what in WHATS:
            try:
                yield from _figures(what, commands, place, records, effort)
            except CannotDo as fault:
                yield f"{what.says}: {fault}"


def _policies(records: Path) -> dict[str, str]:
    settings = f"dir={records}/faillock deny=0 fail_interval=604800 nodelay"
    return {
        "count": f"auth [default=die] pam_faillock.so authfail {settings}\n",
        "forget": f"auth sufficient pam_faillock.so authsucc {settings}\n",
    }


def _figures(
    what: What,
    commands: dict[str, tuple[str, ...]],
    place: Place,
    records: Path,
    effort: Effort,
) -> Iterable[Row]:
    """Yield deeds a second by the number of processes, and what was missing at the end."""
    rounds = max(2, effort.rounds // 5)
    lost = dict.fromkeys(commands, 0)
    for processes in _PROCESSES:
        each = max(4, what.times // (4 if effort.is_quick else 1) // processes)
        samples = {
            peer: _rate(what, place, command, records, processes, lost, peer)
            for peer, command in commands.items()
        }
        for peer, seen in interleaved(samples, rounds=rounds, n=each).items():
            name = f"{processes} process{'es' if processes > 1 else ''}"
            yield Row(what.says, name, peer, "/s", *seen, at=processes)
    for peer, missing in lost.items():
        yield Row(_LOST, what.says, peer, "records", missing, missing, rounds, what.times)


def _rate(
    what: What,
    place: Place,
    command: tuple[str, ...],
    records: Path,
    processes: int,
    lost: dict[str, int],
    peer: str,
) -> Callable[[int], float]:
    def sample(each: int) -> float:
        prepare(records)
        words = (what.word, str(processes), str(each), str(records), *what.users)
        took = float(printed(place.command([*command, *words])))
        lost[peer] += what.missing(records, processes, each)
        return processes * each / took

    return sample


def prepare(records: Path) -> None:
    """Make everything as it is before the first login; `elsewhere` is for warming up."""
    shutil.rmtree(records)
    for made in (records, records / "elsewhere"):
        made.mkdir()
        for name in ("utmp", "wtmp"):
            (made / name).touch(mode=0o644)
        SessionRegistry(str(made / "sessions")).close()
    settings = " ".join(session_table.SETTINGS.split())
    (records / "statements").write_text("\n".join((settings, *_STEPS)) + "\n")


# --- what is there at the end --------------------------------------------------------------------


def _failures(records: Path) -> int:
    tallies = [records / "faillock" / user for user in _USERS]
    return sum(path.stat().st_size // SIZE for path in tallies if path.exists())


def _uncounted(records: Path, processes: int, each: int) -> int:
    return abs(processes * each - _failures(records))


def _unforgotten(records: Path, _: int, __: int) -> int:
    return _failures(records)


def _not_in_utmp(records: Path, processes: int, _: int) -> int:
    found = decode((records / "utmp").read_bytes(), layout_for(os.uname().machine))
    gone = {record.id for record in found if record.kind == Kind.DEAD_PROCESS}
    return abs(processes - len(gone)) + len(found) - len(gone)


def _not_in_wtmp(records: Path, processes: int, each: int) -> int:
    found = decode((records / "wtmp").read_bytes(), layout_for(os.uname().machine))
    by_process = [sum(one.id == b"%03d" % number for one in found) for number in range(processes)]
    return sum(abs(each - count) for count in by_process)


def _not_closed(records: Path, processes: int, each: int) -> int:
    database = sqlite3.connect(records / "sessions")
    try:
        statement = "SELECT count(*) FROM sessions WHERE state = 'closed'"
        (closed,) = database.execute(statement).fetchone()
    finally:
        database.close()
    return abs(processes * each - int(closed))


WHATS = (
    What("count", "faillock: a failure of one user counted", 320, _USERS[:1], _uncounted),
    What("forget", "faillock: counted and forgotten", 800, _USERS, _unforgotten),
    What("utmp", "utmp: a login and its end", 1600, _USERS, _not_in_utmp),
    What("wtmp", "wtmp: a record appended", 6400, _USERS, _not_in_wtmp),
    What("sessions", "registry: a session opened and closed", 800, _USERS, _not_closed),
)

_ACCOUNT = """\
Up to sixteen processes do the same thing to the same files at once, on two cores, with all files
in memory, as they are below /run. After each run the files are read: every failure, login and
session must be there, once. faillock is a whole transaction on either side, with one line in the
policy. utmp and wtmp are pututxline(3) and updwtmpx(3) of glibc. The registry of sessions has no
peer in C; the column `C` is SQLite alone, which carries out the same statements from a loop in C.

Failures of one user are all counted in one file, and each new one takes reading and decoding all
the others; a file that is full has 1024. pam_faillock in C does not hold its lock from the look to
the deed: of failures at the same moment it may count only one. pamkit holds it, and counts all.
For utmp and wtmp the work is a handful of system calls, and Python's part is longer than they are.
For the registry it is SQLite: five statements, four of them with a lock, a journal and its removal.

The physical limit is the lock: one process at a time. More processes than cores cannot be faster.
Who finds a file locked waits a little and tries again, so that an event loop is never blocked; a C
program is woken by the kernel, a little sooner.
"""

BENCHMARK = Benchmark(
    name="login_records",
    title="Failures, sessions and login records",
    order=90,
    measure=_measure,
    account=_ACCOUNT,
    judged=(
        Judged(
            "no update is lost",
            tuple(Figure(_LOST, what.says, "pamkit") for what in WHATS),
            at_most=0,
        ),
    ),
    plots=tuple(
        Plot(f"records_{what.word}", what.says, what.says, "processes", "a second")
        for what in WHATS
    ),
)
