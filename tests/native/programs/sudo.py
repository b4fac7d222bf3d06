"""`sudo`, with Debian's own sudoers: a plugin which opens libpam behind the program's back."""

from __future__ import annotations

from tests.native.programs.accounts import PASSWORD, ROOT_PASSWORD, WRONG
from tests.native.programs.checks import IN, OUT, Answer, Checks, inside
from tests.native.programs.conversation import on_a_terminal, through_pipes
from tests.native.programs.hostile import HOSTILE, TRAPS, lay_traps, trapped
from tests.native.programs.machine import Machine

CHECKS = Checks()

_IS_ROOT = "echo is=$(id -un)"
_AS_ROOT = f"sudo sh -c '{_IS_ROOT}'"


@CHECKS.expects(IN, asks_secret=True)
def a_right_password_gives_root(machine: Machine) -> Answer:
    return _sudo("alice", _AS_ROOT, PASSWORD)


@CHECKS.expects(OUT, asks_secret=True)
def wrong_passwords_are_refused(machine: Machine) -> Answer:
    return _sudo("alice", _AS_ROOT, WRONG, WRONG, WRONG)


@CHECKS.expects(IN)
def a_right_password_after_a_wrong_one_gives_root(machine: Machine) -> Answer:
    return _sudo("alice", _AS_ROOT, WRONG, PASSWORD)


@CHECKS.expects(OUT)
def the_password_of_root_is_not_what_is_asked(machine: Machine) -> Answer:
    return _sudo("alice", _AS_ROOT, ROOT_PASSWORD, "", "")


@CHECKS.expects(OUT)
def somebody_outside_the_sudoers_is_refused(machine: Machine) -> Answer:
    return _sudo("bob", _AS_ROOT, PASSWORD)


@CHECKS.expects(IN)
def one_password_is_good_for_a_while(machine: Machine) -> Answer:
    return _sudo("alice", f"sudo -v && sudo -n sh -c '{_IS_ROOT}'", PASSWORD)


@CHECKS.expects(OUT)
def a_password_is_forgotten_on_demand(machine: Machine) -> Answer:
    return _sudo("alice", f"sudo -v; sudo -k; sudo -n sh -c '{_IS_ROOT}'", PASSWORD)


@CHECKS.expects(OUT)
def nobody_is_let_in_without_being_asked(machine: Machine) -> Answer:
    return _sudo("alice", f"sudo -n sh -c '{_IS_ROOT}'")


@CHECKS.expects(IN)
def the_rights_are_listed_for_a_password(machine: Machine) -> Answer:
    answer = _sudo("alice", "sudo -l", PASSWORD)
    return answer._replace(outcome=inside(answer.said, "(ALL : ALL) ALL"))


@CHECKS.expects(IN)
def a_login_shell_is_opened(machine: Machine) -> Answer:
    return _sudo("alice", f"sudo -i sh -c '{_IS_ROOT}'", PASSWORD)


@CHECKS.expects(IN)
def a_password_is_taken_from_a_pipe(machine: Machine) -> Answer:
    return _sudo_by_pipe(PASSWORD)


@CHECKS.expects(OUT)
def wrong_passwords_from_a_pipe_are_refused(machine: Machine) -> Answer:
    return _sudo_by_pipe(WRONG)


@CHECKS.expects(OUT)
def an_expired_account_is_refused(machine: Machine) -> Answer:
    return _sudo("gone", _AS_ROOT, PASSWORD)


@CHECKS.expects("in, 0 traps sprung")
def a_hostile_environment_opens_nothing_and_hinders_nobody(machine: Machine) -> Answer:
    lay_traps()
    replies = [("password for alice: ", PASSWORD)]
    command = ["/usr/bin/sudo", "/bin/sh", "-c", "echo is=$(id -u)"]
    heard = on_a_terminal(command, replies=replies, user="alice", environment=HOSTILE, place=TRAPS)
    return trapped(heard.said, "is=0")


@CHECKS.expects(IN)
def root_runs_as_a_user(machine: Machine) -> Answer:
    heard = on_a_terminal(["sudo", "-u", "bob", "sh", "-c", _IS_ROOT])
    return Answer(inside(heard.said, "is=bob"), heard.said)


def _sudo(user: str, line: str, *passwords: str) -> Answer:
    replies = [(f"password for {user}: ", password) for password in passwords]
    heard = on_a_terminal(["sh", "-c", line], replies=replies, user=user)
    return Answer(inside(heard.said, "is=root"), heard.said)


def _sudo_by_pipe(password: str) -> Answer:
    command = ["sudo", "-S", "sh", "-c", _IS_ROOT]
    heard = through_pipes(command, words=password + "\n", user="alice")
    return Answer(inside(heard.said, "is=root"), heard.said)
