"""`runuser`: root becomes somebody without any question, nobody else does."""

from __future__ import annotations

from tests.native.programs.checks import IN, OUT, Answer, Checks, inside
from tests.native.programs.conversation import on_a_terminal
from tests.native.programs.machine import Machine

CHECKS = Checks()

_WHO = "echo is=$(id -un)"


@CHECKS.expects(IN)
def root_becomes_a_user(machine: Machine) -> Answer:
    return _runuser("-u", "alice", "--", "sh", "-c", _WHO)


@CHECKS.expects(IN)
def root_becomes_a_user_in_a_session(machine: Machine) -> Answer:
    return _runuser("alice", "-c", _WHO)


@CHECKS.expects(IN)
def root_becomes_a_user_in_a_login_session(machine: Machine) -> Answer:
    return _runuser("-l", "alice", "-c", _WHO)


@CHECKS.expects(OUT)
def a_user_becomes_nobody(machine: Machine) -> Answer:
    return _runuser("-u", "alice", "--", "sh", "-c", _WHO, user="bob")


@CHECKS.expects(OUT)
def a_user_becomes_nobody_in_a_session(machine: Machine) -> Answer:
    return _runuser("alice", "-c", _WHO, user="bob")


@CHECKS.expects(IN)
def root_becomes_a_user_whose_account_has_expired(machine: Machine) -> Answer:
    return _runuser("-u", "gone", "--", "sh", "-c", "echo is=alice")


def _runuser(*words: str, user: str = "root") -> Answer:
    heard = on_a_terminal(["/usr/sbin/runuser", *words], user=user)
    return Answer(inside(heard.said, "is=alice"), heard.said)
