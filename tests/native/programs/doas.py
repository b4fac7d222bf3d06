"""`doas`: setuid, and small."""

from __future__ import annotations

from pathlib import Path

from tests.native.programs.accounts import PASSWORD, WRONG
from tests.native.programs.checks import IN, OUT, Answer, Checks, inside
from tests.native.programs.conversation import on_a_terminal
from tests.native.programs.machine import Machine

CHECKS = Checks()


@CHECKS.expects(IN, asks_secret=True)
def a_right_password_gives_root(machine: Machine) -> Answer:
    return _doas("alice", PASSWORD)


@CHECKS.expects(OUT, asks_secret=True)
def a_wrong_password_is_refused(machine: Machine) -> Answer:
    return _doas("alice", WRONG)


@CHECKS.expects(OUT)
def an_expired_account_is_refused(machine: Machine) -> Answer:
    return _doas("gone", PASSWORD)


@CHECKS.expects(OUT)
def somebody_not_permitted_is_refused(machine: Machine) -> Answer:
    return _doas("bob", PASSWORD)


def _doas(user: str, password: str) -> Answer:
    Path("/etc/doas.conf").write_text("permit alice\npermit gone\n")
    Path("/etc/doas.conf").chmod(0o600)
    command = ["doas", "sh", "-c", "echo is=$(id -un)"]
    heard = on_a_terminal(command, replies=[("password: ", password)], user=user)
    return Answer(inside(heard.said, "is=root"), heard.said)
