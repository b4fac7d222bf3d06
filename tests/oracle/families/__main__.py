"""Compare our folds with the model, or with OpenPAM itself.

    python -m tests.oracle.families --cases 1000000
    python -m tests.oracle.families --openpam ~/openpam
    python -m tests.oracle.families --openpam ~/openpam --dispatcher ~/apple/openpam_dispatch.c

``--openpam`` is a source tree of OpenPAM; with ``--dispatcher``, Apple's file of that name, it is
taken for macOS.  ``--record`` writes what the library said, to be compared in every test run.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.oracle.families import model, openpam, ours
from tests.oracle.families.recorded import to_text
from tests.oracle.families.stacks import case, whole


def differences(dialect: str, cases: int, seed: int = 0) -> list[str]:
    """Return what our fold does otherwise than the model, a line each."""
    draw = random.Random(f"{dialect} {seed}")
    found = []
    for _ in range(cases):
        each = case(draw, dialect)
        theirs = model.evaluate(dialect, *each)
        mine = ours.evaluate(dialect, *each)
        if theirs != mine:
            found.append(f"{dialect} {each}: expected {theirs}, got {mine}")
    return found


def differences_from(
    library: openpam.OpenPam, dialect: str, cases: int, seed: int, record: Path | None
) -> list[str]:
    """Return what our fold does otherwise than a library, a line each; write what it said."""
    draw = random.Random(f"{dialect} {seed}")
    calls = [whole(draw, dialect) for _ in range(cases)]
    said = list(library.ask(calls))
    if record is not None:
        lines = (to_text(*each) for each in zip(calls, said, strict=True))
        record.write_text("".join(f"{line}\n" for line in lines))
    return [
        f"{dialect} {to_text(call, theirs)}: got {mine}"
        for call, theirs in zip(calls, said, strict=True)
        if (mine := ours.whole(dialect, call)) != theirs
    ]


def main() -> int:
    """Print how many cases agree for each dialect, and what does not; 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=24_000, help="cases for each dialect")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--openpam", type=Path, help="a source tree of OpenPAM")
    parser.add_argument("--dispatcher", type=Path, help="Apple's openpam_dispatch.c")
    parser.add_argument("--record", type=Path, help="where to write what the library said")
    args = parser.parse_args()
    if args.openpam is None:
        return _report({name: differences(name, args.cases, args.seed) for name in model.DIALECTS})
    dialect = "openpam" if args.dispatcher is None else "macos"
    with TemporaryDirectory() as scratch:
        library = openpam.built(args.openpam, Path(scratch), args.dispatcher)
        found = differences_from(library, dialect, args.cases, args.seed, args.record)
    return _report({dialect: found})


def _report(found: dict[str, list[str]]) -> int:
    for dialect, lines in found.items():
        print(f"{dialect}: {len(lines) or 'no'} differences")
        print(*lines[:10], sep="\n", end="\n" if lines else "")
    return any(found.values())


if __name__ == "__main__":
    sys.exit(main())
