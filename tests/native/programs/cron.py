"""`cron`: jobs of users, run where their account permits it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from tests.native.programs.checks import IN, OUT, Answer, Checks
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


@CHECKS.expects(IN)
def the_job_of_somebody_without_a_password_is_run(machine: Machine) -> Answer:
    return _job(machine, "nokey")


@CHECKS.expects(IN)
def a_job_of_the_system_has_the_environment_of_the_policy(machine: Machine) -> Answer:
    Path("/etc/environment").write_text("FROM_PAM_ENV=yes\n")
    table = Path("/etc/cron.d/native")
    table.write_text(f"@reboot alice echo is=$(id -un) env=$FROM_PAM_ENV > {_TOLD}\n")
    return _run(machine, "is=alice env=yes")


def _job(machine: Machine, user: str) -> Answer:
    table = Path("/var/spool/cron/crontabs", user)
    table.write_text(f"@reboot echo is=$(id -un) > {_TOLD}\n")
    table.chmod(0o600)
    shutil.chown(table, user, "crontab")
    return _run(machine, f"is={user}")


def _run(machine: Machine, mark: str) -> Answer:
    # Jobs of the boot are run as soon as cron starts, once.
    for name in ("/run/crond.reboot", "/run/crond.pid"):
        Path(name).unlink(missing_ok=True)
    with machine.daemon("/usr/sbin/cron", "-f"):
        _wait_for(Path("/run/crond.reboot"))
        time.sleep(0.3)
    said = _TOLD.read_text() if _TOLD.exists() else ""
    return Answer(IN if mark in said else OUT, said)


def _wait_for(path: Path) -> None:
    end = time.monotonic() + 5
    while time.monotonic() < end and not path.exists():
        time.sleep(0.01)
