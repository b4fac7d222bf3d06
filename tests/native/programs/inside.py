"""Run the checks of one program on a private machine, and tell what was seen.

`observe` is called by tests; it starts this file as a program in namespaces of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import NamedTuple

from tests.native.programs import (
    at,
    bindings,
    chpasswd,
    chsh,
    cron,
    doas,
    dovecot,
    ftp,
    login,
    pamtester,
    passwd,
    runuser,
    ssh,
    su,
    sudo,
    vlock,
)
from tests.native.programs.checks import Answer, Check, Checks
from tests.native.programs.journal import told
from tests.native.programs.machine import UNSHARE, Machine, Subject

#: Every program that is tried, by the name of its file.
PROGRAMS: dict[str, Checks] = {
    "su": su.CHECKS,
    "login": login.CHECKS,
    "ssh": ssh.CHECKS,
    "sudo": sudo.CHECKS,
    "passwd": passwd.CHECKS,
    "chsh": chsh.CHECKS,
    "chpasswd": chpasswd.CHECKS,
    "runuser": runuser.CHECKS,
    "cron": cron.CHECKS,
    "at": at.CHECKS,
    "ftp": ftp.CHECKS,
    "pamtester": pamtester.CHECKS,
    "doas": doas.CHECKS,
    "vlock": vlock.CHECKS,
    "dovecot": dovecot.CHECKS,
    "bindings": bindings.CHECKS,
}

_ROOT = Path(__file__).resolve().parents[3]
_STOCK = "stock"


class Seen(NamedTuple):
    """What one check brought about: the outcome, what the program said, what was logged."""

    outcome: str
    said: tuple[str, ...]
    logged: tuple[str, ...]


def start(program: str, subject: Subject, *, secret_only: bool = False) -> subprocess.Popen[str]:
    """Start a machine with `subject` as its libpam, to run the checks of `program`."""
    command = [*UNSHARE, sys.executable, "-m", __name__, program]
    command += ["--library", str(subject.built or _STOCK)]
    if subject.authenticate is not None:
        command += ["--authenticate", str(subject.authenticate)]
    if secret_only:
        command += ["--secret-only"]
    if subject.native:
        command += ["--native"]
    return subprocess.Popen(
        command,
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def collect(process: subprocess.Popen[str], *, patience: float = 240) -> dict[str, Seen]:
    """Wait for a machine, and give what it saw by the name of the check.

    Raises:
        RuntimeError: the machine could not be made, or a check broke.
    """
    try:
        out, errors = process.communicate(timeout=patience)
    finally:
        process.kill()
    if process.returncode != 0:
        raise RuntimeError(f"the machine broke ({process.returncode}):\n{errors[-6000:]}")
    found = json.loads(out.splitlines()[-1])
    return {
        name: Seen(outcome, tuple(said), tuple(logged))
        for name, (outcome, said, logged) in found.items()
    }


def main() -> None:
    """Run what the command line asks for; the last line of the output is JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("--library", default=_STOCK)
    parser.add_argument("--authenticate", type=int)
    parser.add_argument("--secret-only", action="store_true")
    parser.add_argument("--native", action="store_true")
    parser.add_argument("--only")
    asked = parser.parse_args()
    built = None if asked.library == _STOCK else Path(asked.library).resolve()
    keep = [_ROOT, Path(sys.prefix), Path(sys.base_prefix)]
    machine = Machine(Subject(built, asked.authenticate, asked.native), keep=keep)
    chosen = [
        check
        for check in PROGRAMS[asked.program]
        if (check.asks_secret or not asked.secret_only) and asked.only in (None, check.name)
    ]
    # No file may be half written when the process that made the namespaces ends.
    print(json.dumps({check.name: _try(check, machine) for check in chosen}), flush=True)
    os._exit(0)


def _try(check: Check, machine: Machine) -> Seen:
    machine.reset()
    try:
        answer = check.run(machine)
    except Exception:  # noqa: BLE001 - a broken check is told as such, and the next one is run
        answer = Answer("broken", traceback.format_exc() + machine.log)
    machine.settle()
    said = tuple(told(answer.said).splitlines())
    return Seen(answer.outcome, said, machine.journal.lines())


if __name__ == "__main__":
    main()
