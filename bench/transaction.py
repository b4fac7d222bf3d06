"""A full transaction in pamkit beside a C program, pamela and python-pam, as ratios.

Start, authenticate, setcred, acct_mgmt, open, close, end, on policies with 1, 4, 10 and 50
lines of pam_permit in each facility.  Everybody reads the same files: the benchmark enters a
mount namespace of its own and puts a directory over /etc/pam.d there.  Rounds are interleaved
and the median counts, so that a busy machine disturbs all alike.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LINES = (1, 4, 10, 50)
PEERS = ("C", "pamela", "python-pam", "pamkit")
_INSIDE = "PAMKIT_BENCH_POLICIES"


def main() -> int:
    """Run the benchmark; print a table, or JSON with ``--json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=300, help="transactions a round")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    if _INSIDE not in os.environ:
        return _enter_namespace()
    with tempfile.TemporaryDirectory() as scratch:
        commands = _commands(Path(scratch))
        figures = _measure(commands, wanted.rounds, wanted.count)
    if wanted.json:
        print(json.dumps(figures, indent=2))
    else:
        _print(figures, wanted.rounds, wanted.count)
    return 0


def _enter_namespace() -> int:
    """Start again where /etc/pam.d is ours alone."""
    with tempfile.TemporaryDirectory() as policies:
        for lines in LINES:
            text = "".join(
                f"{facility} required pam_permit.so\n" * lines
                for facility in ("auth", "account", "password", "session")
            )
            Path(policies, f"bench{lines}").write_text(text)
        deny = "".join(
            f"{facility} required pam_deny.so\n"
            for facility in ("auth", "account", "password", "session")
        )
        Path(policies, "other").write_text(deny)
        mount = 'mount --bind "$1" /etc/pam.d && shift && exec "$@"'
        flags = ["-m"] if os.geteuid() == 0 else ["-Urm"]
        command = ["unshare", *flags, "sh", "-c", mount, "sh", policies]
        done = subprocess.run(
            [*command, sys.executable, *sys.argv],
            env=os.environ | {_INSIDE: policies},
            check=False,
        )
        return done.returncode


def _commands(scratch: Path) -> dict[str, list[str]]:
    """Return how each peer is started, without those that are not here."""
    commands = {
        peer: [sys.executable, str(HERE / "peers.py"), peer] for peer in PEERS if peer != "C"
    }
    compiler = shutil.which("cc")
    if compiler is not None:
        source, program, stub = HERE / "transaction.c", scratch / "transaction", scratch / "include"
        headers = [] if Path("/usr/include/security").is_dir() else _stub_headers(stub)
        library = "-lpam" if not headers else "-l:libpam.so.0"
        built = subprocess.run(
            [compiler, "-O2", *headers, str(source), "-o", str(program), library], check=False
        )
        if built.returncode == 0:
            commands["C"] = [str(program)]
    present = {}
    for peer in PEERS:
        if peer not in commands:
            print(f"left out: {peer}: it could not be built", file=sys.stderr)
        elif _once(commands[peer], "bench1", 1) is None:
            print(f"left out: {peer}: it is not installed or refused to run", file=sys.stderr)
        else:
            present[peer] = commands[peer]
    return present


def _stub_headers(place: Path) -> list[str]:
    """Declare the little of libpam that the C program needs, where no headers are installed."""
    (place / "security").mkdir(parents=True)
    (place / "security" / "pam_appl.h").write_text(
        "typedef struct pam_handle pam_handle_t;\n"
        "struct pam_message { int msg_style; const char *msg; };\n"
        "struct pam_response { char *resp; int resp_retcode; };\n"
        "struct pam_conv { int (*conv)(int, const struct pam_message **,"
        " struct pam_response **, void *); void *appdata_ptr; };\n"
        "#define PAM_SUCCESS 0\n#define PAM_BUF_ERR 5\n#define PAM_ESTABLISH_CRED 2\n"
        "int pam_start(const char *, const char *, const struct pam_conv *, pam_handle_t **);\n"
        "int pam_end(pam_handle_t *, int);\n"
        + "".join(
            f"int pam_{name}(pam_handle_t *, int);\n"
            for name in ("authenticate", "setcred", "acct_mgmt", "open_session", "close_session")
        )
    )
    return [f"-I{place}"]


def _once(command: list[str], service: str, count: int) -> float | None:
    done = subprocess.run(
        [*command, service, str(count)], capture_output=True, text=True, check=False
    )
    return float(done.stdout) if done.returncode == 0 else None


def _measure(
    commands: dict[str, list[str]], rounds: int, count: int
) -> dict[str, dict[str, float]]:
    """Return the median microseconds by service and peer; rounds are interleaved."""
    figures: dict[str, dict[str, float]] = {}
    for lines in LINES:
        service = f"bench{lines}"
        seen: dict[str, list[float]] = {peer: [] for peer in commands}
        for _ in range(rounds):
            for peer, command in commands.items():
                taken = _once(command, service, count)
                if taken is not None:
                    seen[peer].append(taken)
        figures[str(lines)] = {peer: statistics.median(took) for peer, took in seen.items() if took}
    return figures


def _print(figures: dict[str, dict[str, float]], rounds: int, count: int) -> None:
    print(f"full transaction, median of {rounds} interleaved rounds of {count}; ratio to C\n")
    peers = [peer for peer in PEERS if any(peer in row for row in figures.values())]
    print("lines a facility".ljust(18) + "".join(peer.rjust(22) for peer in peers))
    for lines, row in figures.items():
        yardstick = row.get("C")
        cells = [_cell(row.get(peer), yardstick) for peer in peers]
        print(lines.ljust(18) + "".join(cell.rjust(22) for cell in cells))


def _cell(took: float | None, yardstick: float | None) -> str:
    if took is None:
        return "-"
    ratio = f" ({took / yardstick:.2f})" if yardstick else ""
    return f"{took:.1f} us{ratio}"


if __name__ == "__main__":
    sys.exit(main())
