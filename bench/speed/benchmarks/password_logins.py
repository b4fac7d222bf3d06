"""Logins with a real password, by the second: what is left of PAM's cost beside a hash."""

from __future__ import annotations

import ctypes
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.speed.accounts import lay_accounts
from bench.speed.benchmark import Benchmark, Figure, Judged, Row
from bench.speed.build import CannotBuild
from bench.speed.c_programs import c_program
from bench.speed.child import printed
from bench.speed.place import Place, why_not
from bench.speed.rounds import interleaved
from bench.speed.worker import CannotDo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bench.speed.benchmark import Effort

_CHILDREN = Path(__file__).resolve().parents[1] / "children"
_PASSWORD = "correct horse battery staple"
_SCHEMES = {"yescrypt": (b"$y$", 5, 0.0125), "sha512": (b"$6$", 5000, 0.001)}
"""As Debian makes them: the prefix, the cost, and about how many seconds a hash takes."""

_POLICY = "".join(
    f"{facility} required pam_unix.so\n" for facility in ("auth", "account", "password", "session")
)

_WAYS = (("threads", 1), ("threads", 2), ("processes", 2), ("tasks", 2))
_HASHES = "hashes a login"
_ONCE = "C, one hash"


def _measure(effort: Effort) -> Iterable[Row | str]:
    if (why := why_not()) is not None:
        yield f"everything: {why}"
        return
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        libraries = ("-l:libpam.so.0", "-Wl,--no-as-needed", "-lcrypt")
        try:
            program = c_program("logins", scratch, *libraries)
        except CannotBuild as fault:
            yield str(fault)
            return
        hashes = {f"bench-{scheme}": _hash(*_SCHEMES[scheme][:2]) for scheme in _SCHEMES}
        place = Place(scratch / "place")
        place.write_policies({"bench": _POLICY})
        lay_accounts(place, hashes)
        place.settle()
        for scheme in _SCHEMES:
            try:
                yield from _scheme(scheme, hashes[f"bench-{scheme}"], place, program, effort)
            except CannotDo as fault:
                yield f"{scheme}: {fault}"


def _scheme(scheme: str, hashed: str, place: Place, program: str, effort: Effort) -> Iterable[Row]:
    """Yield logins a second with one scheme, every way beside every other."""
    # A few long samples: the threads of one sample need a while to share the machine.
    sample_seconds = 10 * effort.seconds
    rounds = max(2, effort.rounds // 3)
    each = max(3, int(sample_seconds / _SCHEMES[scheme][2]))
    counted: dict[str, float] = {}
    words = ("bench", f"bench-{scheme}", _PASSWORD)
    python = (sys.executable, str(_CHILDREN / "logins.py"))
    samples: dict[tuple[str, str], Callable[[int], float]] = {}
    for kind, workers in _WAYS:
        name = f"{workers} {kind if workers > 1 else kind.removesuffix('s')}"
        how = (kind, str(workers), str(each))
        if kind != "tasks":
            wanted = [program, *how, *words]
            samples[name, "C"] = _rate(place.command(wanted), counted, "C")
            samples[name, _ONCE] = _rate(place.command([*wanted, "once"]), counted, _ONCE)
        samples[name, "pamkit"] = _rate(place.command([*python, *how, *words]), counted, "pamkit")
        if kind == "threads":
            # What no program beats: the hashes, and nothing else.
            alone = (program, "hashes", str(workers), str(each), hashed, "-", _PASSWORD)
            samples[name, "crypt_r alone"] = _rate(list(alone), counted, "crypt_r alone")
    named = {"\0".join(key): sample for key, sample in samples.items()}
    for key, seen in interleaved(named, rounds=rounds, n=each).items():
        name, peer = key.split("\0")
        yield Row(_table(scheme), name, peer, "/s", *seen)
    for peer, figure in counted.items():
        yield Row(f"{scheme}, {_HASHES}", _HASHES, peer, "hashes", figure, figure, rounds, each)


def _rate(command: list[str], counted: dict[str, float], peer: str) -> Callable[[int], float]:
    # KIND WORKERS EACH SERVICE USER PASSWORD: the usage of both programs.
    workers = int(command[command.index(_PASSWORD) - 4])

    def sample(each: int) -> float:
        seconds, hashes = printed(command).split()
        counted[peer] = int(hashes) / (workers * each)
        return workers * each / float(seconds)

    return sample


def _hash(prefix: bytes, cost: int) -> str:
    """Return the password's hash, as a new account would have it."""
    libcrypt = ctypes.CDLL("libcrypt.so.1")
    for function in (libcrypt.crypt_gensalt, libcrypt.crypt):
        function.restype = ctypes.c_char_p
    salt = b"0123456789abcdef"
    setting: bytes = libcrypt.crypt_gensalt(prefix, ctypes.c_ulong(cost), salt, len(salt))
    hashed: bytes = libcrypt.crypt(_PASSWORD.encode(), setting)
    return hashed.decode()


def _table(scheme: str) -> str:
    return f"{scheme}, logins a second"


def _figures(peer: str, *names: str) -> tuple[Figure, ...]:
    return tuple(Figure(_table(scheme), name, peer) for scheme in _SCHEMES for name in names)


_ACCOUNT = """\
A login here is start, authenticate, account check, credentials, session, its end, and end, with
pam_unix in every facility. The account is real, in a mount namespace of the benchmark's own. All
peers compute their hashes with the same libcrypt.

A yescrypt hash takes some 12 ms, and all the rest of a login in pamkit takes less than 1 ms. So
this table says little about PAM. It shows that nothing is lost: ctypes gives back the interpreter's
lock while libcrypt works, and two threads, or two tasks of one event loop, use two cores.

`hashes a login` is counted, not known: the C program hands its modules a crypt_r that counts. The
physical limit is the line `crypt_r alone`: a loop in C that computes one hash after the other.
"""

BENCHMARK = Benchmark(
    name="password_logins",
    title="Logins with a password",
    order=50,
    measure=_measure,
    account=_ACCOUNT,
    judged=(
        Judged(
            "as many logins a second as C",
            _figures("pamkit", "1 thread", "2 threads", "2 processes"),
            beside=_figures("C", "1 thread", "2 threads", "2 processes"),
            at_least=0.95,
        ),
        Judged(
            "two threads do the work of nearly two",
            _figures("pamkit", "2 threads"),
            beside=_figures("pamkit", "1 thread"),
            at_least=1.8,
        ),
        Judged(
            "two threads, beside as many hashes and nothing else",
            (Figure(_table("yescrypt"), "2 threads", "pamkit"),),
            beside=(Figure(_table("yescrypt"), "2 threads", "crypt_r alone"),),
            at_least=0.9,
        ),
        Judged(
            "two tasks of one event loop do, too",
            _figures("pamkit", "2 tasks"),
            beside=_figures("pamkit", "1 thread"),
            at_least=1.8,
        ),
    ),
)
