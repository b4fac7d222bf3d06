"""`vlock`: a terminal is locked until its user, or root, has proved to be there."""

from __future__ import annotations

from tests.native.programs.accounts import PASSWORD, ROOT_PASSWORD, WRONG
from tests.native.programs.checks import IN, OUT, Answer, Checks
from tests.native.programs.conversation import on_a_terminal
from tests.native.programs.machine import Machine

CHECKS = Checks()


@CHECKS.expects(IN)
def the_password_of_the_user_unlocks(machine: Machine) -> Answer:
    return _vlock(PASSWORD)


@CHECKS.expects(IN)
def the_password_of_root_unlocks(machine: Machine) -> Answer:
    return _vlock(ROOT_PASSWORD)


@CHECKS.expects(OUT)
def another_password_does_not(machine: Machine) -> Answer:
    return _vlock(WRONG)


def _vlock(password: str) -> Answer:
    # Once for the user; after a refusal once for root, and then it begins again.
    replies = [("Please press [ENTER] to unlock.", ""), ("alice's Password: ", password)]
    replies += [("root's Password: ", password)]
    command = ["vlock", "-c"]
    heard = on_a_terminal(command, replies=replies, until="Please press", user="alice")
    return Answer(IN if heard.status == 0 else OUT, heard.said)
