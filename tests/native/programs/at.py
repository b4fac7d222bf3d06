"""`at` and `atd`: a job left by a user is run once, where the account permits it."""

from __future__ import annotations

import time
from pathlib import Path

from tests.native.programs.checks import IN, OUT, Answer, Checks
from tests.native.programs.conversation import through_pipes
from tests.native.programs.machine import Machine

CHECKS = Checks()

_TOLD = Path("/tmp/told")


@CHECKS.expects(IN)
def the_job_of_a_user_is_run(machine: Machine) -> Answer:
    return _job(machine, "alice")


@CHECKS.expects(IN)
def the_job_of_root_is_run(machine: Machine) -> Answer:
    return _job(machine, "root")


@CHECKS.expects(OUT)
def the_job_of_an_expired_account_is_not_run(machine: Machine) -> Answer:
    return _job(machine, "gone")


def _job(machine: Machine, user: str) -> Answer:
    words = f"echo is=$(id -un) > {_TOLD}\n"
    through_pipes(["at", "now"], words=words, user=user)
    with machine.daemon("/usr/sbin/atd", "-f"):
        end = time.monotonic() + 3
        while time.monotonic() < end and _jobs_wait():
            time.sleep(0.01)
    done = _TOLD.read_text() if _TOLD.exists() else ""
    return Answer(IN if f"is={user}" in done else OUT, done)


def _jobs_wait() -> bool:
    # A job that waits is a file whose name begins with its queue; one that runs begins with `=`.
    places = Path("/var/spool/cron/atjobs").iterdir()
    return any(file.name[0] in "ab=" for file in places)
