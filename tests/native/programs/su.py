"""`su`, setuid: called by an ordinary user and by root, in friendly and hostile surroundings."""

from __future__ import annotations

from pathlib import Path

from tests.native.programs import accounts
from tests.native.programs.accounts import NEW_PASSWORD, PASSWORD, ROOT_PASSWORD, WRONG
from tests.native.programs.checks import IN, OUT, Answer, Checks, inside
from tests.native.programs.conversation import ENVIRONMENT, on_a_terminal, through_pipes
from tests.native.programs.hostile import HOSTILE, TRAPS, lay_traps, trapped
from tests.native.programs.machine import Machine

CHECKS = Checks()


@CHECKS.expects(IN, asks_secret=True)
def a_user_becomes_root_with_the_password_of_root(machine: Machine) -> Answer:
    return _su("root", ROOT_PASSWORD)


@CHECKS.expects(OUT, asks_secret=True)
def a_user_does_not_become_root_with_a_wrong_password(machine: Machine) -> Answer:
    return _su("root", WRONG)


@CHECKS.expects(OUT)
def a_user_does_not_become_somebody_unknown(machine: Machine) -> Answer:
    return _su("nobody-here", WRONG)


@CHECKS.expects(IN)
def root_becomes_a_user_without_a_password(machine: Machine) -> Answer:
    return _su("alice", "", user="root")


@CHECKS.expects(IN)
def a_login_shell_is_opened_with_the_environment_of_the_policy(machine: Machine) -> Answer:
    Path("/etc/environment").write_text('FROM_PAM_ENV="yes"\n')
    command = ["su", "-", "alice", "-c", "echo is=$(id -un) env=$FROM_PAM_ENV mail=$MAIL"]
    heard = on_a_terminal(command, replies=[("Password: ", PASSWORD)], user="bob")
    return Answer(inside(heard.said, "is=alice env=yes"), heard.said)


@CHECKS.expects(OUT)
def the_environment_of_the_caller_does_not_pass_for_that_of_root(machine: Machine) -> Answer:
    command = ["su", "-", "root", "-c", "echo lib=${LD_LIBRARY_PATH-none} is=$(id -un)"]
    environment = ENVIRONMENT | {"LD_LIBRARY_PATH": "/tmp"}
    replies = [("Password: ", ROOT_PASSWORD)]
    heard = on_a_terminal(command, replies=replies, user="alice", environment=environment)
    return Answer(OUT if "lib=none is=root" in heard.said else IN, heard.said)


@CHECKS.expects(IN, asks_secret=True)
def a_password_is_taken_from_a_pipe(machine: Machine) -> Answer:
    return _su_by_pipe(ROOT_PASSWORD)


@CHECKS.expects(OUT, asks_secret=True)
def a_wrong_password_from_a_pipe_is_refused(machine: Machine) -> Answer:
    return _su_by_pipe(WRONG)


@CHECKS.expects(OUT)
def the_end_of_the_input_is_no_password(machine: Machine) -> Answer:
    heard = through_pipes(["su", "root", "-c", "echo is=$(id -un)"], user="alice")
    return Answer(inside(heard.said, "is=root"), heard.said)


@CHECKS.expects("in, 0 traps sprung")
def a_hostile_environment_opens_nothing_and_hinders_nobody(machine: Machine) -> Answer:
    return _su_among_traps(ROOT_PASSWORD)


@CHECKS.expects("out, 0 traps sprung")
def a_wrong_password_in_a_hostile_environment_is_refused(machine: Machine) -> Answer:
    return _su_among_traps(WRONG)


@CHECKS.expects("in, 0 traps sprung")
def root_in_a_hostile_environment_imports_nothing_of_it(machine: Machine) -> Answer:
    lay_traps()
    # What the loader honours for root is the business of whoever is root.
    mild = {name: value for name, value in HOSTILE.items() if not name.startswith("LD_")}
    heard = on_a_terminal(["/usr/bin/su", "alice", "-c", _WHO], environment=mild)
    return trapped(heard.said, "is=2001")


@CHECKS.expects(IN)
def closed_standard_files_hinder_nobody(machine: Machine) -> Answer:
    told = Path("/tmp/told")
    line = f"exec su alice -c 'echo is=$EUID >{told}' <&- >&- 2>&-"
    heard = through_pipes(["sh", "-c", line])
    return Answer(inside(told.read_text() if told.exists() else "", "is=2001"), heard.said)


@CHECKS.expects(OUT)
def an_expired_account_is_refused(machine: Machine) -> Answer:
    return _su("gone", PASSWORD)


@CHECKS.expects(OUT)
def an_account_with_a_password_too_old_is_refused(machine: Machine) -> Answer:
    return _su("late", PASSWORD)


@CHECKS.expects(OUT)
def a_locked_account_is_refused(machine: Machine) -> Answer:
    return _su("locked", PASSWORD)


@CHECKS.expects(OUT)
def an_account_without_any_password_hash_is_refused(machine: Machine) -> Answer:
    return _su("nokey", PASSWORD)


@CHECKS.expects(IN)
def an_empty_password_lets_in_where_the_policy_says_nullok(machine: Machine) -> Answer:
    return _su("empty", "")


@CHECKS.expects(IN)
def a_password_about_to_expire_is_announced(machine: Machine) -> Answer:
    return _su("soon", PASSWORD)


@CHECKS.expects("in, changed")
def an_expired_password_is_changed_on_the_way_in(machine: Machine) -> Answer:
    before = accounts.shadow_field("stale")
    replies = [
        ("Password: ", PASSWORD),
        ("Current password: ", PASSWORD),
        ("New password: ", NEW_PASSWORD),
        ("Retype new password: ", NEW_PASSWORD),
    ]
    command = ["su", "stale", "-c", "echo is=$(id -un)"]
    heard = on_a_terminal(command, replies=replies, user="bob")
    changed = accounts.shadow_field("stale") != before
    outcome = inside(heard.said, "is=stale")
    return Answer(f"{outcome}, {'changed' if changed else 'as before'}", heard.said)


@CHECKS.expects(OUT)
def an_expired_password_that_is_not_changed_keeps_out(machine: Machine) -> Answer:
    replies = [("Password: ", PASSWORD), ("Current password: ", WRONG)]
    command = ["su", "stale", "-c", "echo is=$(id -un)"]
    heard = on_a_terminal(command, replies=replies, user="bob")
    return Answer(inside(heard.said, "is=stale"), heard.said)


@CHECKS.expects("exit 42")
def the_exit_status_is_that_of_the_command(machine: Machine) -> Answer:
    heard = on_a_terminal(["su", "alice", "-c", "exit 42"])
    return Answer(f"exit {heard.status}", heard.said)


@CHECKS.expects("limited")
def the_limits_of_the_policy_hold(machine: Machine) -> Answer:
    limits = Path("/etc/security/limits.d/native.conf")
    limits.write_text("alice hard nofile 123\nalice soft nofile 77\n")
    heard = on_a_terminal(["su", "alice", "-c", "echo is=$(ulimit -Sn)/$(ulimit -Hn)"])
    return Answer("limited" if "is=77/123" in heard.said else "not limited", heard.said)


def _su(whom: str, password: str, *, user: str = "bob") -> Answer:
    command = ["su", whom, "-c", "echo is=$(id -un)"]
    heard = on_a_terminal(command, replies=[("Password: ", password)], user=user)
    return Answer(inside(heard.said, f"is={whom}"), heard.said)


def _su_by_pipe(password: str) -> Answer:
    command = ["su", "root", "-c", "echo is=$(id -un)"]
    heard = through_pipes(command, words=password + "\n", user="alice")
    return Answer(inside(heard.said, "is=root"), heard.said)


# A builtin of the shell: what stands first in PATH is not to be asked.
_WHO = "echo is=$EUID"


def _su_among_traps(password: str) -> Answer:
    lay_traps()
    command = ["/usr/bin/su", "root", "-c", _WHO]
    replies = [("Password: ", password)]
    heard = on_a_terminal(command, replies=replies, user="alice", environment=HOSTILE, place=TRAPS)
    return trapped(heard.said, "is=0")
