"""`sshd` on the loopback, asked by the `ssh` of an ordinary user."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.native.programs import accounts
from tests.native.programs.accounts import NEW_PASSWORD, PASSWORD, ROOT_PASSWORD, WRONG
from tests.native.programs.checks import IN, OUT, Answer, Checks, inside
from tests.native.programs.conversation import Heard, on_a_terminal
from tests.native.programs.machine import Machine

CHECKS = Checks()

_PORT = 2222
_KEYBOARD = ("-o", "KbdInteractiveAuthentication=yes")


@CHECKS.expects(IN, asks_secret=True)
def a_right_password_opens_a_shell(machine: Machine) -> Answer:
    return _by_password(machine, "alice", PASSWORD)


@CHECKS.expects(OUT, asks_secret=True)
def a_wrong_password_is_refused(machine: Machine) -> Answer:
    return _by_password(machine, "alice", WRONG)


@CHECKS.expects(IN)
def a_right_password_after_a_wrong_one_opens_a_shell(machine: Machine) -> Answer:
    return _by_password(machine, "alice", WRONG, PASSWORD)


@CHECKS.expects(OUT)
def somebody_unknown_is_refused(machine: Machine) -> Answer:
    return _by_password(machine, "nobody-here", WRONG)


@CHECKS.expects(OUT)
def root_is_refused_with_the_right_password(machine: Machine) -> Answer:
    return _by_password(machine, "root", ROOT_PASSWORD)


@CHECKS.expects(OUT)
def a_locked_account_is_refused(machine: Machine) -> Answer:
    return _by_password(machine, "locked", PASSWORD)


@CHECKS.expects(OUT)
def an_expired_account_is_refused(machine: Machine) -> Answer:
    return _by_password(machine, "gone", PASSWORD)


@CHECKS.expects(OUT)
def an_empty_password_is_refused(machine: Machine) -> Answer:
    return _by_password(machine, "empty", "")


@CHECKS.expects(OUT)
def nobody_comes_in_while_nologin_stands(machine: Machine) -> Answer:
    Path("/run/nologin").write_text("The machine is going down.\n")
    return _by_password(machine, "alice", PASSWORD)


@CHECKS.expects(IN, asks_secret=True)
def a_right_password_by_keyboard_opens_a_shell(machine: Machine) -> Answer:
    return _by_keyboard(machine, "alice", PASSWORD)


@CHECKS.expects(OUT, asks_secret=True)
def a_wrong_password_by_keyboard_is_refused(machine: Machine) -> Answer:
    return _by_keyboard(machine, "alice", WRONG)


@CHECKS.expects(OUT)
def somebody_unknown_is_asked_by_keyboard_and_refused(machine: Machine) -> Answer:
    return _by_keyboard(machine, "nobody-here", WRONG)


@CHECKS.expects(OUT)
def an_expired_account_is_refused_by_keyboard(machine: Machine) -> Answer:
    return _by_keyboard(machine, "gone", PASSWORD)


@CHECKS.expects("in, changed")
def an_expired_password_is_changed_by_keyboard(machine: Machine) -> Answer:
    before = accounts.shadow_field("stale")
    replies = [
        ("Password: ", PASSWORD),
        ("Current password: ", PASSWORD),
        ("New password: ", NEW_PASSWORD),
        ("Retype new password: ", NEW_PASSWORD),
    ]
    with machine.daemon(*_sshd(*_KEYBOARD), port=_PORT):
        heard = _ssh("stale", "keyboard-interactive", *replies)
    changed = "changed" if accounts.shadow_field("stale") != before else "as before"
    return Answer(f"{inside(heard.said, 'is=stale')}, {changed}", heard.said)


@CHECKS.expects("in, changed")
def an_expired_password_is_changed_in_the_session(machine: Machine) -> Answer:
    before = accounts.shadow_field("stale")
    replies = [
        ("password: ", PASSWORD),
        ("Current password: ", PASSWORD),
        ("New password: ", NEW_PASSWORD),
        ("Retype new password: ", NEW_PASSWORD),
    ]
    with machine.daemon(*_sshd(), port=_PORT):
        first = _ssh("stale", "password", *replies)
        second = _ssh("stale", "password", ("password: ", NEW_PASSWORD))
    changed = "changed" if accounts.shadow_field("stale") != before else "as before"
    said = first.said + second.said
    return Answer(f"{inside(second.said, 'is=stale')}, {changed}", said)


@CHECKS.expects(IN)
def a_key_opens_a_shell(machine: Machine) -> Answer:
    return _by_key(machine, "nokey")


@CHECKS.expects(OUT)
def a_key_does_not_open_an_expired_account(machine: Machine) -> Answer:
    return _by_key(machine, "gone")


@CHECKS.expects(OUT)
def a_key_opens_nothing_while_nologin_stands(machine: Machine) -> Answer:
    Path("/run/nologin").write_text("The machine is going down.\n")
    return _by_key(machine, "nokey")


@CHECKS.expects(IN)
def a_session_has_the_environment_of_the_policy(machine: Machine) -> Answer:
    Path("/etc/environment").write_text('FROM_PAM_ENV="yes"\n')
    command = "echo is=$(id -un) env=$FROM_PAM_ENV"
    with machine.daemon(*_sshd(), port=_PORT):
        heard = _ssh("alice", "password", ("password: ", PASSWORD), command=command)
    return Answer(inside(heard.said, "is=alice env=yes"), heard.said)


@CHECKS.expects(IN)
def a_shell_on_a_terminal_shows_the_message_of_the_day(machine: Machine) -> Answer:
    replies = [("password: ", PASSWORD), ("[shell of alice]", "echo is=$(id -un); exit")]
    with machine.daemon(*_sshd(), port=_PORT):
        heard = _ssh("alice", "password", *replies, command=None)
    both = "message of the day" in heard.said and "is=alice" in heard.said
    return Answer(IN if both else OUT, heard.said)


def _by_password(machine: Machine, name: str, *passwords: str) -> Answer:
    replies = [("password: ", password) for password in passwords]
    with machine.daemon(*_sshd(), port=_PORT):
        heard = _ssh(name, "password", *replies)
    return Answer(inside(heard.said, f"is={name}"), heard.said)


def _by_keyboard(machine: Machine, name: str, password: str) -> Answer:
    with machine.daemon(*_sshd(*_KEYBOARD), port=_PORT):
        heard = _ssh(name, "keyboard-interactive", ("Password: ", password))
    return Answer(inside(heard.said, f"is={name}"), heard.said)


def _by_key(machine: Machine, name: str) -> Answer:
    home = Path("/home", name)
    key = Path("/home/bob/key")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    owner = os.stat("/home/bob")
    os.chown(key, owner.st_uid, owner.st_gid)
    (home / ".ssh").mkdir()
    (home / ".ssh/authorized_keys").write_text(key.with_suffix(".pub").read_text())
    with machine.daemon(*_sshd(), port=_PORT):
        heard = _ssh(name, "publickey", options=("-i", str(key)))
    return Answer(inside(heard.said, f"is={name}"), heard.said)


def _sshd(*options: str) -> list[str]:
    # Debian's own configuration, with another port.
    return ["/usr/sbin/sshd", "-D", "-p", str(_PORT), "-o", "ListenAddress=127.0.0.1", *options]


def _ssh(
    name: str,
    method: str,
    *replies: tuple[str, str],
    command: str | None = "echo is=$(id -un)",
    options: tuple[str, ...] = (),
) -> Heard:
    words = ["ssh", "-p", str(_PORT), "-F", "none", "-o", "StrictHostKeyChecking=no"]
    words += ["-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
    words += ["-o", f"PreferredAuthentications={method}"]
    words += ["-o", f"NumberOfPasswordPrompts={max(1, len(_passwords(method, replies)))}"]
    words += ["-tt", *options, f"{name}@127.0.0.1", *([command] if command else [])]
    return on_a_terminal(words, replies=replies, user="bob")


def _passwords(method: str, replies: tuple[tuple[str, str], ...]) -> list[str]:
    return [reply for prompt, reply in replies if method == "password" and prompt == "password: "]
