"""Login records that many processes write at once, through pamkit; see `records.c`.

Usage: ``python records.py WHAT PROCESSES EACH PLACE USER...``; prints the seconds until the last
process is done.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pamkit
from pamkit.formats.utmp import Kind, UtmpRecord
from pamkit.records.utmp import UtmpRecorder
from pamkit.records.wtmp import WtmpRecorder
from pamkit.stores.login_files import PATIENCE, DiskLoginFiles
from pamkit.stores.root import Root
from pamkit.stores.session_registry import SessionRegistry


def count(_: int, each: int, __: Path, user: str) -> None:
    """Have failed logins counted by pam_faillock."""
    for _number in range(each):
        _refused("count", user)


def forget(_: int, each: int, __: Path, user: str) -> None:
    """Have failed logins counted, and forgotten."""
    for _number in range(each):
        _refused("count", user)
        with pamkit.Transaction("forget", user) as transaction:
            transaction.authenticate()


def _refused(service: str, user: str) -> None:
    with pamkit.Transaction(service, user) as transaction:
        try:
            transaction.authenticate()
        except pamkit.PamError as refused:
            if refused.code == pamkit.ReturnCode.PERM_DENIED:
                return
            raise
        raise SystemExit("not counted")


def come_and_go(number: int, each: int, place: Path, user: str) -> None:
    """Put logins and their ends into utmp."""
    recorder = UtmpRecorder(_files(), str(place / "utmp"))
    for _ in range(each):
        recorder.put(_entry(number, Kind.USER_PROCESS, user))
        recorder.put(_entry(number, Kind.DEAD_PROCESS, ""))


def append(number: int, each: int, place: Path, user: str) -> None:
    """Put records behind those of wtmp."""
    recorder = WtmpRecorder(_files(), str(place / "wtmp"))
    for _ in range(each):
        recorder.put(_entry(number, Kind.USER_PROCESS, user))


def keep_sessions(_: int, each: int, place: Path, user: str) -> None:
    """Put sessions on record as open, and as closed."""
    with SessionRegistry(str(place / "sessions")) as registry:
        for _number in range(each):
            now, own = time.time_ns() // 1000, os.getpid()
            name = registry.begin(
                service="bench", user=user, uid=1, line="pts/1", host="", leader=own, now=now
            )
            if not registry.opened(name, "ticket") or registry.claim(name, own) is None:
                raise SystemExit("not open")
            if not registry.closed(name, own, now):
                raise SystemExit("not closed")


def _files() -> DiskLoginFiles:
    return DiskLoginFiles(Root("/"), patience=PATIENCE)


def _entry(number: int, kind: Kind, user: str) -> UtmpRecord:
    seconds = int(time.time())
    line, name = b"pts/%d" % number, b"%03d" % number
    return UtmpRecord(kind, os.getpid(), line, name, user.encode(), seconds=seconds)


WARMS_UP = "root"
"""A user whose failures are counted, and who is none of those that are measured."""

DEEDS = {
    "count": count,
    "forget": forget,
    "utmp": come_and_go,
    "wtmp": append,
    "sessions": keep_sessions,
}


def main(what: str, processes: int, each: int, place: Path, users: list[str]) -> int:
    """Start the processes and wait for them; return the exit status."""
    # What every process would else load for itself is loaded here, by doing it elsewhere.
    DEEDS[what](0, 1, place / "elsewhere", WARMS_UP)
    before = time.perf_counter()
    children = []
    for number in range(processes):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                DEEDS[what](number, each, place, users[number % len(users)])
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    failed = sum(os.waitpid(child, 0)[1] != 0 for child in children)
    print(time.perf_counter() - before)
    return int(failed > 0)


if __name__ == "__main__":
    what, processes, each, place, *users = sys.argv[1:]
    sys.exit(main(what, int(processes), int(each), Path(place), users))
