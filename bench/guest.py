"""A call of a native module from a Python program, beside a direct call of the same hook from C.

pam_permit.so's pam_sm_authenticate, which asks libpam for the user's name: under the system's
libpam from C, and through the engine's effect from Python.  Rounds are interleaved; the best
round of each counts, since nothing but other work makes one slower.

Usage: ``python bench/guest.py [--library LIBPAM] [--most MICROSECONDS]``
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROUNDS, COUNT = 25, 20_000
MOST = 3.0
"""Microseconds that a call may cost above a direct one."""


def main() -> int:
    """Measure and print; with ``--strict`` 1 if the difference is more than ``--most``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", help="the thin libpam.so.0 (default: one is built)")
    parser.add_argument("--most", type=float, default=MOST)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--strict", action="store_true", help="exit with 1 if it is more")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch, "guest").write_text("auth required pam_permit.so\n")
        library = wanted.library or _build(Path(scratch, "built"))
        direct, hosted = _measure(Path(scratch), library, wanted.rounds)
    extra = hosted - direct
    print(f"direct call from C     {direct:6.2f} us")
    print(f"through the engine     {hosted:6.2f} us")
    print(f"difference             {extra:6.2f} us (at most {wanted.most:.2f})")
    return int(wanted.strict and extra > wanted.most)


def _build(into: Path) -> str:
    name = "libpam.so.0"
    command = [sys.executable, "-m", "pamkit", "native", "build", "--only", name]
    subprocess.run([*command, "--into", str(into)], check=True, stdout=subprocess.DEVNULL)
    return str(into / name)


def _measure(scratch: Path, library: str, rounds: int) -> tuple[float, float]:
    from pamkit.guests import host

    program = scratch / "direct"
    subprocess.run(
        ["cc", "-O2", HERE / "guest.c", "-o", program, "-l:libpam.so.0", "-ldl"], check=True
    )
    host.library(library)
    import pamkit

    transaction = pamkit.Transaction("guest", "root", confdir=str(scratch), natives="native")
    transaction.authenticate()
    call, perform = _prepared(transaction)
    path = _module()
    direct, hosted = [], []
    for _ in range(rounds):
        done = subprocess.run(
            [program, path, "guest", scratch, str(COUNT)],
            capture_output=True,
            text=True,
            check=True,
        )
        direct.append(float(done.stdout))
        hosted.append(_timed(call, perform))
    transaction.end()
    return min(direct), min(hosted)


def _prepared(transaction: Any) -> tuple[Any, Any]:
    """Return the hook as the engine calls it, and what performs its effect."""
    from pamkit.engine.call import Call
    from pamkit.engine.driver import Performer
    from pamkit.vocab.facility import Primitive

    core = transaction._core
    bound = next(iter(core._dispatcher._bound.values()))
    hook = bound.module.hooks[Primitive.AUTHENTICATE]
    call = Call(core, Primitive.AUTHENTICATE, 0, ("pam_permit", (), None))
    return (lambda: hook(call)), Performer(None, transaction._outside, transaction._guests)


def _timed(call: Any, perform: Any) -> float:
    async def many() -> int:
        wrong = 0
        for _ in range(COUNT):
            wrong |= await call()
        return wrong

    coroutine = many()
    begun = time.perf_counter()
    effect = coroutine.send(None)
    try:
        while True:
            effect = coroutine.send(perform(effect))
    except StopIteration as end:
        took = time.perf_counter() - begun
        if end.value:
            raise SystemExit(f"pam_permit answered {end.value}") from None
    return took / COUNT * 1e6


def _module() -> Path:
    found = [
        p for place in ("lib", "usr/lib") for p in Path("/", place).glob("*/security/pam_permit.so")
    ]
    if not found:
        raise SystemExit("there is no pam_permit.so on this machine")
    return found[0]


if __name__ == "__main__":
    sys.exit(main())
