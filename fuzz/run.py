"""Runs the fuzz targets, or one input of one of them again.

`python -m fuzz.run --seconds 600` runs every target for its share, `python -m fuzz.run findings`
one of them, `python -m fuzz.run findings FILE` one input.  An input that breaks something, or takes
more than `SLOW` seconds, is kept in `build/fuzz/TARGET/`; the run ends with status 1 then.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import fuzz

PLACE = Path("build/fuzz")
SLOW = 20
LONGEST = 4096
_NO_TARGETS = frozenset({"run", "drawn", "seeds"})
_WATCHED = ("pamkit.policy", "pamkit.analysis", "pamkit.module.options", "pamkit.semantics")


def targets() -> tuple[str, ...]:
    """Return the names of the targets: the files beside this one."""
    names = (module.name for module in pkgutil.iter_modules(fuzz.__path__))
    return tuple(name for name in names if name not in _NO_TARGETS)


def main() -> int:
    """Carry out the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", nargs="?", choices=targets())
    parser.add_argument("input", nargs="?", type=Path, help="try this again, without a fuzzer")
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.input is not None:
        _target(wanted.target).one(wanted.input.read_bytes())
        print(f"{wanted.input}: nothing is wrong")
        return 0
    if wanted.here:
        return _fuzz(wanted.target, wanted.seconds)
    chosen = targets() if wanted.target is None else (wanted.target,)
    broken = [name for name in chosen if _started(name, max(1, wanted.seconds // len(chosen)))]
    for name in broken:
        print(f"broken: {name}: see {PLACE / name}; python -m fuzz.run {name} FILE tries it again")
    return 1 if broken else 0


def _started(name: str, seconds: int) -> bool:
    """Run a target in a process of its own; return whether something was found."""
    print(f"{name}: {seconds} seconds", flush=True)
    command = [sys.executable, "-m", "fuzz.run", name, "--here", "--seconds", str(seconds)]
    done = subprocess.run(  # noqa: S603  # this file, and the name of a target
        command, capture_output=True, text=True, errors="replace", check=False
    )
    lines = done.stderr.splitlines()
    if done.returncode:
        print("\n".join(lines[-40:]))
    else:
        print(next((line for line in reversed(lines) if "DONE" in line), ""), flush=True)
    return done.returncode != 0


def _fuzz(name: str, seconds: int) -> int:
    import atheris  # type: ignore[import-untyped]  # it has an environment of its own

    with atheris.instrument_imports(include=list(_WATCHED)):
        target = _target(name)
        from tests.analysis.any_text import every_rule

        every_rule()
    corpus = PLACE / name / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    limits = (f"-max_total_time={seconds}", f"-timeout={SLOW}", f"-max_len={LONGEST}")
    kept = f"-artifact_prefix={PLACE / name}/"
    atheris.Setup([name, *limits, kept, "-rss_limit_mb=2048", str(corpus)], target.one)
    atheris.Fuzz()
    return 0


def _target(name: str) -> ModuleType:
    return importlib.import_module(f"fuzz.{name}")


if __name__ == "__main__":
    sys.exit(main())
