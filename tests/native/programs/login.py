"""`login` on a terminal, as a getty starts it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.native.programs import accounts
from tests.native.programs.accounts import NEW_PASSWORD, PASSWORD, ROOT_PASSWORD, WRONG
from tests.native.programs.checks import IN, OUT, Answer, Checks, inside
from tests.native.programs.conversation import on_a_terminal
from tests.native.programs.machine import Machine

CHECKS = Checks()

_ASK_WHO = "login: "


@CHECKS.expects(IN)
def a_right_password_opens_a_shell(machine: Machine) -> Answer:
    return _login("alice", ("Password: ", PASSWORD))


@CHECKS.expects(OUT)
def a_wrong_password_asks_again(machine: Machine) -> Answer:
    return _login("alice", ("Password: ", WRONG))


@CHECKS.expects(IN)
def a_right_password_after_a_wrong_one_opens_a_shell(machine: Machine) -> Answer:
    again = [("Password: ", WRONG), (_ASK_WHO, "alice"), ("Password: ", PASSWORD)]
    return _login("alice", *again)


# Where the name is known no question for it can be asked by whoever answers for PAM.
@CHECKS.expects(IN, asks_secret=True)
def a_name_on_the_command_line_is_asked_for_its_password(machine: Machine) -> Answer:
    return _login("alice", ("Password: ", PASSWORD), command=["login", "alice"])


@CHECKS.expects(OUT, asks_secret=True)
def a_name_on_the_command_line_is_refused_a_wrong_password(machine: Machine) -> Answer:
    return _login("alice", ("Password: ", WRONG), command=["login", "alice"])


@CHECKS.expects(IN)
def root_logs_in(machine: Machine) -> Answer:
    return _login("root", ("Password: ", ROOT_PASSWORD))


@CHECKS.expects(OUT)
def an_unknown_name_is_asked_for_a_password_all_the_same(machine: Machine) -> Answer:
    return _login("nobody-here", ("Password: ", WRONG))


@CHECKS.expects(OUT)
def an_expired_account_is_refused(machine: Machine) -> Answer:
    return _login("gone", ("Password: ", PASSWORD))


@CHECKS.expects(OUT)
def nobody_but_root_logs_in_while_nologin_stands(machine: Machine) -> Answer:
    Path("/run/nologin").write_text("The machine is going down.\n")
    return _login("alice", ("Password: ", PASSWORD))


@CHECKS.expects(IN)
def root_logs_in_while_nologin_stands(machine: Machine) -> Answer:
    Path("/run/nologin").write_text("The machine is going down.\n")
    return _login("root", ("Password: ", ROOT_PASSWORD))


@CHECKS.expects("in, changed")
def an_expired_password_is_changed_on_the_way_in(machine: Machine) -> Answer:
    before = accounts.shadow_field("stale")
    answer = _login(
        "stale",
        ("Password: ", PASSWORD),
        ("Current password: ", PASSWORD),
        ("New password: ", NEW_PASSWORD),
        ("Retype new password: ", NEW_PASSWORD),
    )
    changed = accounts.shadow_field("stale") != before
    return answer._replace(outcome=f"{answer.outcome}, {'changed' if changed else 'as before'}")


def _login(name: str, *replies: tuple[str, str], command: Sequence[str] = ("login",)) -> Answer:
    shell = (f"[shell of {name}]", "echo is=$(id -un) on=$(tty); exit")
    if name == "root":
        shell = ("# ", "echo is=$(id -un); exit")
    # After a refusal the question for the name comes again: there the line is cut.
    asked = [*replies, shell] if name in command else [(_ASK_WHO, name), *replies, shell]
    heard = on_a_terminal(command, replies=asked, until=_ASK_WHO)
    return Answer(inside(heard.said, f"is={name}"), heard.said)
