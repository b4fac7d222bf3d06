"""How long a process takes that starts, imports pamkit, and logs somebody in once."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bench.speed.benchmark import Benchmark, Figure, Judged, Row
from bench.speed.build import CannotBuild
from bench.speed.c_programs import c_program
from bench.speed.child import printed
from bench.speed.place import Place, why_not
from bench.speed.worker import CannotDo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.speed.benchmark import Effort

_STOPWATCH = Path(__file__).resolve().parents[1] / "children" / "stopwatch.py"
_WALL, _CPU, _LOADED = "a whole process", "its processor time", "modules loaded"
_INSTRUCTIONS = "instructions in user space"
_BARE = "bare Python"
_VERSION, _IMPORT, _ONCE = "says its version", "imports the library", "one authenticate"

_POLICY = "".join(
    f"{facility} required pam_permit.so\n"
    for facility in ("auth", "account", "password", "session")
)

_PROGRAMS = {
    (_IMPORT, "pamkit"): "import pamkit",
    (_IMPORT, "pamela"): "import pamela",
    (_IMPORT, "python-pam"): "import pam",
    (_ONCE, "pamkit"): "import pamkit\n"
    "with pamkit.Transaction('bench', 'root') as transaction: transaction.authenticate()",
    (_ONCE, "pamela"): "import pamela\npamela.authenticate('root', 'x', service='bench')",
    (_ONCE, "python-pam"): "import pam\nassert pam.authenticate('root', 'x', service='bench')",
}
_PACKAGES = {"pamkit": "pamkit", "pamela": "pamela", "python-pam": "pam"}

_LOADS = {
    _IMPORT: "import pamkit",
    "a transaction begins": "import pamkit\npamkit.Transaction('bench', 'root')",
    _ONCE: _PROGRAMS[_ONCE, "pamkit"],
    "imports pamkit.aio": "import pamkit.aio",
}
_COUNTS = "import sys; before = set(sys.modules)\n{}\nprint(len(set(sys.modules) - before))"


def _measure(effort: Effort) -> Iterable[Row | str]:
    rounds = 5 if effort.is_quick else 4 * effort.rounds
    if (why := why_not()) is not None:
        yield f"everything: {why}"
        return
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        here.chmod(0o755)
        place = Place(here / "place")
        place.write_policies({"bench": _POLICY})
        commands: dict[tuple[str, str], list[str]] = {}
        for key, found in _commands(here):
            if isinstance(found, str):
                yield found
            else:
                commands[key] = found
        try:
            yield from _times(place, commands, rounds)
            if shutil.which("valgrind") is None:
                yield "instructions: there is no valgrind to count with"
            else:
                yield from _instructions(place, commands)
            yield from _counts(place, rounds)
        except CannotDo as fault:
            yield f"the rest: {fault}"


def _commands(here: Path) -> Iterable[tuple[tuple[str, str], list[str] | str]]:
    """Yield what is timed; for what is not there, a sentence."""
    for name in (_VERSION, _IMPORT, _ONCE):
        yield (name, _BARE), [sys.executable, "-c", "pass"]
    program = Path(sys.executable).with_name("pamkit")
    start = [str(program)] if program.exists() else [sys.executable, "-m", "pamkit"]
    yield (_VERSION, "pamkit"), [*start, "--version"]
    for (name, peer), text in _PROGRAMS.items():
        there = find_spec(_PACKAGES[peer]) is not None
        left_out = f"{name}, {peer}: it is not installed"
        yield (name, peer), [sys.executable, "-c", text] if there else left_out
    tester = shutil.which("pamtester")
    key = (_ONCE, "pamtester")
    words = ["bench", "root", "authenticate"]
    yield key, f"{_ONCE}, pamtester: it is not installed" if tester is None else [tester, *words]
    try:
        yield (_ONCE, "C"), [c_program("once", here, "-l:libpam.so.0"), "bench", "root"]
    except CannotBuild as fault:
        yield (_ONCE, "C"), str(fault)


def _times(place: Place, commands: dict[tuple[str, str], list[str]], rounds: int) -> Iterable[Row]:
    named = {"\0".join(key): command for key, command in commands.items()}
    # The clock is in the namespace as well: entering it is no part of what is timed.
    stopwatch = place.command([sys.executable, "-I", str(_STOPWATCH), str(rounds)])
    said = printed(stopwatch, given=json.dumps(named))
    seen: dict[str, list[tuple[float, float]]] = json.loads(said)
    for group, at in ((_WALL, 0), (_CPU, 1)):
        for key, took in seen.items():
            name, peer = key.split("\0")
            figures = [both[at] for both in took]
            middle = statistics.median(figures)
            yield Row(group, name, peer, "ms", middle, min(figures), rounds, 1)


def _instructions(place: Place, commands: dict[tuple[str, str], list[str]]) -> Iterable[Row]:
    """Yield how many each process takes: the same on a busy machine."""
    count = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    # What is a hash of text must not be another one next time.
    fixed = {"PYTHONHASHSEED": "0", "PYTHONPATH": ""}
    for (name, peer), command in commands.items():
        said = printed(place.command([*count, *command]), settings=fixed, errors=True)
        found = re.search(r"I\s+refs:\s+([\d,]+)", said)
        if found is not None:
            instructions = int(found[1].replace(",", "")) / 1e6
            yield Row(_INSTRUCTIONS, name, peer, "million", instructions, instructions, 1, 1)


def _counts(place: Place, rounds: int) -> Iterable[Row]:
    for name, text in _LOADS.items():
        command = place.command([sys.executable, "-I", "-S", "-c", _with_path(text)])
        count = int(printed(command))
        yield Row(_LOADED, name, "pamkit", "modules", count, count, rounds, 1)


def _with_path(text: str) -> str:
    """Return a program that counts; it is isolated, and told where pamkit is."""
    import pamkit

    source = str(Path(pamkit.__file__).parents[1])
    return f"import sys; sys.path.insert(0, {source!r})\n" + _COUNTS.format(text)


_ACCOUNT = """\
Whole processes, from their start to their end, one after the other. `bare Python` is the same
interpreter with `-c pass`, once for each line: what no program in Python can go below.

`import pamkit` loads one module; names are fetched when they are used. `pamkit --version` is
answered before the command line's parser is loaded. For a first transaction many small modules are
read from their bytecode; that is most of its time.

This is where Python cannot win: the interpreter alone starts slower than pamtester does all its
work. A program that is started for one login should call our libpam.so.0 or the system's.

`modules loaded` counts those that a bare isolated interpreter (`-I -S`) does not have; CI holds the
counts.
"""

BENCHMARK = Benchmark(
    name="start",
    title="Start and import",
    order=60,
    measure=_measure,
    account=_ACCOUNT,
    yardstick=_BARE,
    judged=(
        Judged(
            "`pamkit --version` beside a bare interpreter",
            (Figure(_WALL, _VERSION, "pamkit"),),
            beside=(Figure(_WALL, _VERSION, _BARE),),
            at_most=1.5,
        ),
        Judged(
            "the same, instructions in user space",
            (Figure(_INSTRUCTIONS, _VERSION, "pamkit"),),
            beside=(Figure(_INSTRUCTIONS, _VERSION, _BARE),),
            at_most=1.5,
        ),
    ),
)
