"""`chpasswd` and `newusers`: root sets many passwords at once, without being asked anything."""

from __future__ import annotations

from tests.native.programs.accounts import NEW_PASSWORD, shadow_field
from tests.native.programs.checks import Answer, Checks
from tests.native.programs.conversation import through_pipes
from tests.native.programs.machine import Machine
from tests.native.programs.passwd import AS_BEFORE, CHANGED, outcome_of_change

CHECKS = Checks()


@CHECKS.expects(CHANGED)
def a_password_is_set(machine: Machine) -> Answer:
    return _chpasswd("alice", f"alice:{NEW_PASSWORD}\n")


@CHECKS.expects(CHANGED)
def the_second_of_two_is_set(machine: Machine) -> Answer:
    return _chpasswd("alice", f"bob:{NEW_PASSWORD}x\nalice:{NEW_PASSWORD}\n")


@CHECKS.expects(AS_BEFORE)
def somebody_unknown_gets_no_password(machine: Machine) -> Answer:
    return _chpasswd("nobody-here", f"nobody-here:{NEW_PASSWORD}\n")


@CHECKS.expects(AS_BEFORE)
def a_user_may_not_set_passwords(machine: Machine) -> Answer:
    return _chpasswd("bob", f"bob:{NEW_PASSWORD}\n", user="alice")


@CHECKS.expects(CHANGED)
def a_new_user_gets_a_password(machine: Machine) -> Answer:
    line = f"carol:{NEW_PASSWORD}:2050:2050:Carol:/home/carol:/bin/bash\n"
    said = through_pipes(["newusers"], words=line).said
    return outcome_of_change("carol", "", said)


def _chpasswd(name: str, words: str, *, user: str = "root") -> Answer:
    before = shadow_field(name)
    said = through_pipes(["/usr/sbin/chpasswd"], words=words, user=user).said
    return outcome_of_change(name, before, said)
