"""Threads that share policies and walks, for a short while; `make stress` takes ten minutes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.stress.threads import SERVICES, Stress, run

ROOT = Path(__file__).parent.parent.parent


def test_many_threads_give_what_one_gives() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "tests.stress.threads", "--seconds", "4"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_a_result_that_neither_policy_gives_is_noted(tmp_path: Path) -> None:
    found = Stress(tmp_path, seed=1)
    service = SERVICES[0]
    found.replace(service, "auth required pam_one.so maxtries v0\n")
    found.judge(service, run(service, "alone", found.settings))
    assert (found.done, len(found.wrong)) == (1, 1)
