"""`chsh` and `chfn`: setuid programs that ask for the password before they change a line."""

from __future__ import annotations

import pwd

from tests.native.programs.accounts import PASSWORD, WRONG
from tests.native.programs.checks import IN, OUT, Answer, Checks
from tests.native.programs.conversation import on_a_terminal
from tests.native.programs.machine import Machine

CHECKS = Checks()


@CHECKS.expects(IN, asks_secret=True)
def a_user_changes_the_own_shell(machine: Machine) -> Answer:
    return _chsh("alice", PASSWORD)


@CHECKS.expects(OUT, asks_secret=True)
def a_wrong_password_changes_no_shell(machine: Machine) -> Answer:
    return _chsh("alice", WRONG)


@CHECKS.expects(OUT)
def a_user_with_an_unlisted_shell_changes_nothing(machine: Machine) -> Answer:
    return _chsh("shellless", PASSWORD)


@CHECKS.expects(OUT)
def a_user_may_not_change_the_shell_of_another(machine: Machine) -> Answer:
    return _chsh("bob", PASSWORD, whom="alice")


@CHECKS.expects(OUT)
def an_expired_account_changes_no_shell(machine: Machine) -> Answer:
    return _chsh("gone", PASSWORD)


@CHECKS.expects(IN)
def root_changes_the_shell_of_a_user(machine: Machine) -> Answer:
    return _chsh("root", "", whom="alice")


@CHECKS.expects(IN, asks_secret=True)
def a_user_changes_the_own_telephone(machine: Machine) -> Answer:
    return _chfn("alice", PASSWORD)


@CHECKS.expects(OUT, asks_secret=True)
def a_wrong_password_changes_no_telephone(machine: Machine) -> Answer:
    return _chfn("alice", WRONG)


@CHECKS.expects(IN)
def root_changes_the_telephone_of_a_user(machine: Machine) -> Answer:
    return _chfn("root", "", whom="alice")


def _chsh(user: str, password: str, *, whom: str | None = None) -> Answer:
    command = ["chsh", "-s", "/bin/sh", *([whom] if whom else [])]
    heard = on_a_terminal(command, replies=[("Password: ", password)], user=user)
    return Answer(IN if pwd.getpwnam(whom or user).pw_shell == "/bin/sh" else OUT, heard.said)


def _chfn(user: str, password: str, *, whom: str | None = None) -> Answer:
    command = ["chfn", "-h", "12345", *([whom] if whom else [])]
    heard = on_a_terminal(command, replies=[("Password: ", password)], user=user)
    return Answer(IN if "12345" in pwd.getpwnam(whom or user).pw_gecos else OUT, heard.said)
