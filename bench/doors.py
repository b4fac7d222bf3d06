"""Our libpam.so.0 beside the system's under the same C programs, as ratios.

Whole processes, real logins, single calls, memory and threads.  Both libraries are found by
`LD_LIBRARY_PATH`, and the rounds are interleaved, so that what disturbs one disturbs the other.
The medians count; the minima say what it costs when nothing disturbs.  As root, logins with a
password, su and runuser are timed as well: in a mount namespace of its own, with an account that
is only there.
"""

from __future__ import annotations

import argparse
import ctypes.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

PROGRAMS = Path(__file__).resolve().with_suffix("")
USER = "pamkit-bench"
PASSWORD = "correct horse battery staple"
"""Of the made-up account."""
_INSIDE = "PAMKIT_BENCH_INSIDE"

Pairs = tuple[list[float], list[float]]
"""What the system's library took, and what ours took."""


class Figure(NamedTuple):
    """One thing that is compared."""

    name: str
    unit: str
    stock: float
    ours: float
    stock_least: float
    ours_least: float
    limit: float | None
    """What ours may be at most: of the ratio, or of the figure if ``is_absolute``."""
    is_absolute: bool = False
    samples: int = 1
    n: int = 1
    """How many operations a sample has, where that is known."""

    @property
    def judged(self) -> float:
        """What is held against the limit."""
        return self.ours if self.is_absolute else self.ours / self.stock

    @property
    def is_met(self) -> bool:
        """Whether ours is within its limit, if it has one."""
        return self.limit is None or self.judged <= self.limit


class Bench(NamedTuple):
    """Where everything lies."""

    stock: Path
    ours: Path
    programs: Path
    policies: Path
    rounds: int
    logins: int

    def whole(self, *command: str, rounds: int | None = None) -> Pairs:
        """Return the milliseconds of a process with each library."""
        both = f"{self.stock},{self.ours}"
        stopwatch = [str(self.programs / "stopwatch"), str(rounds or self.rounds), both]
        rows = [line.split() for line in _run([*stopwatch, *command]).splitlines()]
        return [float(row[0]) for row in rows], [float(row[1]) for row in rows]

    def program(self, name: str) -> str:
        """Return the path of one of the programs beside this file."""
        return str(self.programs / name)

    def printed(self, *command: str) -> tuple[list[list[float]], list[list[float]]]:
        """Return the numbers that a program prints under each library."""
        stock, ours = (
            [
                [float(word) for word in line.split()]
                for line in _run(list(command), LD_LIBRARY_PATH=str(library)).splitlines()
            ]
            for library in (self.stock, self.ours)
        )
        return stock, ours

    def single(self, *command: str) -> Pairs:
        """Return the one number that a program prints, of interleaved runs."""
        stock: list[float] = []
        ours: list[float] = []
        for _ in range(max(3, self.rounds // 20)):
            one, other = self.printed(*command)
            stock.append(one[0][0])
            ours.append(other[0][0])
        return stock, ours


def main() -> int:
    """Run the benchmark; print a table, or JSON with ``--json``; 1 if ``--strict`` and missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", type=Path, help="libraries that are built already")
    parser.add_argument("--rounds", type=int, default=200, help="processes each")
    parser.add_argument("--count", type=int, default=20000, help="logins until memory is looked at")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a target is missed")
    wanted = parser.parse_args()
    if os.geteuid() == 0 and _INSIDE not in os.environ:
        return _enter_namespace()
    with tempfile.TemporaryDirectory() as scratch:
        bench = _prepare(Path(scratch), wanted.directory, wanted.rounds, wanted.count)
        if bench is None:
            return 2
        figures = list(_figures(bench))
    if wanted.json:
        print(json.dumps([f._asdict() | {"is_met": f.is_met} for f in figures], indent=2))
    else:
        _print(figures, wanted.rounds)
    return int(wanted.strict and not all(figure.is_met for figure in figures))


def _figures(bench: Bench) -> Iterator[Figure]:
    policies = str(bench.policies)
    once, warm, memory = bench.program("once"), bench.program("warm"), bench.program("memory")
    yield _ratio("start, authenticate, end", "ms", 9, bench.whole(once, "bench", "root", policies))
    yield _ratio("linked, never called", "ms", 1, bench.whole(bench.program("idle")))
    yield from _logins(bench)
    item = bench.single(warm, "item", "bench", policies)
    yield _ratio("pam_get_item", "ns", 300, item, is_absolute=True)
    yield _ratio(
        "pam_authenticate", "ns", None, bench.single(warm, "authenticate", "bench", policies)
    )
    yield _ratio("transaction", "ns", None, bench.single(warm, "transaction", "bench", policies))
    threads = (bench.program("threads"), "8", "200", "bench", policies)
    yield _ratio("8 threads, 200 logins each", "ms", None, bench.single(*threads))
    for kind, after in (("handle", "on one handle"), ("transactions", "in as many")):
        stock, ours = bench.printed(memory, kind, str(bench.logins), "bench", policies)
        if kind == "handle":
            names = ("private memory", "resident memory", "proportional memory")
            for name, limit, one, other in zip(
                names, (3072, None, None), stock[0], ours[0], strict=True
            ):
                yield _ratio(name, "kB", limit, ([one], [other]), is_absolute=True)
        at_last = ([stock[-1][0]], [ours[-1][0]])
        yield _ratio(f"private after {bench.logins} {after}", "kB", 3072, at_last, is_absolute=True)
        grown = [rows[-1][0] - rows[1][0] for rows in (stock, ours)]
        name = "growth in the second half of them"
        yield _ratio(name, "kB", 64, ([grown[0]], [grown[1]]), is_absolute=True)


def _logins(bench: Bench) -> Iterator[Figure]:
    """Yield what takes an account and the system's policies, where they may be had."""
    if _INSIDE not in os.environ:
        print("left out: real logins, which need root", file=sys.stderr)
        return
    fewer = max(10, bench.rounds // 4)
    login = (bench.program("once"), "sshd", USER, "-", PASSWORD)
    for name, limit, command in (
        ("password (yescrypt), as sshd", 1.2, login),
        ("runuser", None, ("runuser", "-u", USER, "true")),
        ("su", None, ("su", USER, "-c", "true")),
    ):
        try:
            yield _ratio(name, "ms", limit, bench.whole(*command, rounds=fewer))
        except subprocess.CalledProcessError as fault:
            print(f"left out: {name}: {fault.stderr.strip()}", file=sys.stderr)


def _ratio(
    name: str, unit: str, limit: float | None, pairs: Pairs, *, is_absolute: bool = False
) -> Figure:
    stock, ours = pairs
    middle: Callable[[list[float]], float] = statistics.median
    medians = (middle(stock), middle(ours))
    least = (min(stock), min(ours))
    return Figure(name, unit, *medians, *least, limit, is_absolute, len(ours))


def _enter_namespace() -> int:
    """Start again where a made-up account exists and logs go nowhere."""
    with tempfile.TemporaryDirectory() as place:
        _write_account(Path(place))
        lines = [f'mount --bind "$1/{name}" /etc/{name}' for name in ("passwd", "shadow", "group")]
        script = " && ".join((*lines, "mount -t tmpfs none /var/log", 'shift && exec "$@"'))
        flags = ["--mount", "--propagation", "private"]
        return subprocess.run(
            ["unshare", *flags, "sh", "-c", script, "sh", place, sys.executable, *sys.argv],
            env=os.environ | {_INSIDE: "1"},
            check=False,
        ).returncode


def _write_account(place: Path) -> None:
    shell = "/bin/sh"
    for name, line in (
        ("passwd", f"{USER}:x:61234:61234::/:{shell}\n"),
        ("shadow", f"{USER}:{_hashed()}:20000:0:99999:7:::\n"),
        ("group", f"{USER}:x:61234:\n"),
    ):
        there = Path("/etc", name)
        (place / name).write_text(there.read_text() + line)
        os.chown(place / name, there.stat().st_uid, there.stat().st_gid)
        (place / name).chmod(there.stat().st_mode & 0o777)


def _hashed() -> str:
    """Return the password as a new account of this system would have it: yescrypt, cost 5."""
    libcrypt = ctypes.CDLL(ctypes.util.find_library("crypt"))
    for function in (libcrypt.crypt_gensalt, libcrypt.crypt):
        function.restype = ctypes.c_char_p
    setting: bytes = libcrypt.crypt_gensalt(b"$y$", ctypes.c_ulong(5), b"0123456789abcdef", 16)
    hashed: bytes = libcrypt.crypt(PASSWORD.encode(), setting)
    return hashed.decode()


def _prepare(scratch: Path, directory: Path | None, rounds: int, count: int) -> Bench | None:
    """Build what is to be run; `None` and a line that says why where that cannot be done."""
    scratch.chmod(0o755)
    stock, ours, programs, policies = (
        scratch / name for name in ("stock", "ours", "programs", "policies")
    )
    for made in (stock, programs, policies):
        made.mkdir()
    for facility in ("auth", "account", "session", "password"):
        with (policies / "bench").open("a") as policy:
            policy.write(f"{facility} required pam_permit.so\n")
    try:
        for library in ("libpam.so.0", "libpam_misc.so.0"):
            (stock / library).symlink_to(_path_of(library))
        if directory is None:
            _run([sys.executable, "-m", "pamkit", "native", "build", "--into", str(ours)])
        else:
            ours = directory.resolve()
        for source in sorted(PROGRAMS.glob("*.c")):
            program = str(programs / source.stem)
            flags = ("-std=gnu11", "-D_GNU_SOURCE", "-O2", "-pthread")
            _run(["cc", *flags, str(source), "-o", program, f"-L{stock}", "-l:libpam.so.0"])
    except subprocess.CalledProcessError as fault:
        print(f"left out: our libpam.so.0: {fault.stderr.strip()}", file=sys.stderr)
        return None
    except OSError as fault:
        print(f"left out: our libpam.so.0: {fault}", file=sys.stderr)
        return None
    return Bench(stock, ours, programs, policies, rounds, count)


def _path_of(library: str) -> str:
    """Return where the loader finds a library; `OSError` if it does not."""
    ctypes.CDLL(library)
    with Path("/proc/self/maps").open() as maps:
        for line in maps:
            path = line.rstrip("\n").rpartition(" ")[2]
            if path.rpartition("/")[2].startswith(library.removesuffix(".0")):
                return path
    raise OSError(f"`{library}` is in no map")


def _run(command: list[str], **environment: str) -> str:
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=True
    ).stdout


def _print(figures: list[Figure], rounds: int) -> None:
    print(f"our libpam.so.0 beside the system's: medians and least of {rounds} interleaved runs\n")
    head = ("", "system", "ours", "ratio", "least: system", "ours", "ratio", "target", "")
    rows = [head, *(_row(figure) for figure in figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(cells).rstrip())


def _row(figure: Figure) -> tuple[str, ...]:
    at_most = verdict = ""
    if figure.limit is not None:
        at_most = f"<= {figure.limit:g}" + (f" {figure.unit}" if figure.is_absolute else "")
        verdict = "met" if figure.is_met else "MISSED"
    return (
        figure.name,
        _number(figure.stock, figure.unit),
        _number(figure.ours, figure.unit),
        _quotient(figure.ours, figure.stock),
        _number(figure.stock_least, figure.unit),
        _number(figure.ours_least, figure.unit),
        _quotient(figure.ours_least, figure.stock_least),
        at_most,
        verdict,
    )


def _number(value: float, unit: str) -> str:
    return f"{value:.{2 if unit == 'ms' else 0}f} {unit}"


def _quotient(ours: float, stock: float) -> str:
    return f"{ours / stock:.2f}" if stock > 0 else "-"


if __name__ == "__main__":
    sys.exit(main())
