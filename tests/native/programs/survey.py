"""Many private machines at once, each run once however many tests and test workers ask for it."""

from __future__ import annotations

import difflib
import fcntl
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.native.programs.inside import Seen, collect, start
from tests.native.programs.machine import Subject

# A machine mostly waits: for the delay that follows each wrong password.
_AT_ONCE = 16


class Trial(NamedTuple):
    """One machine to be run: the checks of `program` on the library of `subject`."""

    program: str
    subject: Subject
    secret_only: bool = False

    @property
    def name(self) -> str:
        """What it is called in the file that test workers share."""
        return f"{self.program} {self.subject} {self.secret_only}"


class Survey:
    """What was seen on each machine."""

    def __init__(self, place: Path, trials: Sequence[Trial]) -> None:
        """Run the trials; of several processes with the same `place` only the first does."""
        with (place / "programs.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            results = place / "programs.json"
            if not results.exists():
                results.write_text(json.dumps(_run(trials)))
            self._told: dict[str, dict[str, list[list[str]]] | str] = json.loads(
                results.read_text()
            )

    def seen(self, trial: Trial) -> dict[str, Seen]:
        """Give what the machine of `trial` saw.

        Raises:
            RuntimeError: the machine broke.
        """
        told = self._told[trial.name]
        if isinstance(told, str):
            raise RuntimeError(told)
        return {
            name: Seen(str(outcome), tuple(said), tuple(logged))
            for name, (outcome, said, logged) in told.items()
        }


def differences(
    expected: dict[str, Seen], got: dict[str, Seen], *, on_purpose: Mapping[str, str]
) -> list[str]:
    """Tell, line by line, what was seen otherwise than expected.

    `on_purpose` gives the outcome of checks that may differ, where only the outcome counts.
    """
    lines = []
    for name in expected | got:
        old, new = (_lines_of(seen.get(name)) for seen in (expected, got))
        if old == new:
            continue
        if name in on_purpose and new[:1] == [f"outcome: {on_purpose[name]}"]:
            continue
        lines += [f"{name}:", *difflib.unified_diff(old, new, n=1, lineterm="")]
    return lines


def _lines_of(seen: Seen | None) -> list[str]:
    if seen is None:
        return ["not seen"]
    said = [f"said:    {line}" for line in seen.said]
    return [f"outcome: {seen.outcome}", *said, *(f"logged:  {line}" for line in seen.logged)]


def _run(trials: Sequence[Trial]) -> dict[str, dict[str, Seen] | str]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip((trial.name for trial in trials), pool.map(_try, trials), strict=True))


def _try(trial: Trial) -> dict[str, Seen] | str:
    try:
        return collect(start(trial.program, trial.subject, secret_only=trial.secret_only))
    except Exception as fault:  # noqa: BLE001 - told to the test that asks for this machine
        return f"{type(fault).__name__}: {fault}"
