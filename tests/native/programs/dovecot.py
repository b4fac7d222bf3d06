"""`dovecot`: a mail server whose own worker asks PAM for each user."""

from __future__ import annotations

import time
from pathlib import Path

from tests.native.programs.accounts import PASSWORD, WRONG
from tests.native.programs.checks import IN, OUT, Answer, Checks
from tests.native.programs.conversation import through_pipes
from tests.native.programs.machine import Machine

CHECKS = Checks()

_CONFIGURATION = """\
protocols =
ssl = no
base_dir = /run/dovecot
state_dir = /var/lib/dovecot
log_path = /run/dovecot.log
passdb {
  driver = pam
  args = dovecot
}
userdb {
  driver = passwd
}
"""


@CHECKS.expects(IN, asks_secret=True)
def a_right_password_is_taken(machine: Machine) -> Answer:
    return _ask(machine, "alice", PASSWORD)


@CHECKS.expects(OUT, asks_secret=True)
def a_wrong_password_is_refused(machine: Machine) -> Answer:
    return _ask(machine, "alice", WRONG)


@CHECKS.expects(OUT)
def an_expired_account_is_refused(machine: Machine) -> Answer:
    return _ask(machine, "gone", PASSWORD)


@CHECKS.expects(OUT)
def somebody_unknown_is_refused(machine: Machine) -> Answer:
    return _ask(machine, "nobody-here", WRONG)


def _ask(machine: Machine, name: str, password: str) -> Answer:
    configuration = Path("/etc/native-dovecot.conf")
    configuration.write_text(_CONFIGURATION)
    with machine.daemon("/usr/sbin/dovecot", "-F", "-c", str(configuration)):
        _wait_for(Path("/run/dovecot/auth-client"))
        command = ["doveadm", "-c", str(configuration), "auth", "test", "-x", "service=imap"]
        heard = through_pipes([*command, name, password])
        through_pipes(["doveadm", "-c", str(configuration), "stop"])
    return Answer(IN if heard.status == 0 else OUT, heard.said)


def _wait_for(path: Path) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end and not path.exists():
        time.sleep(0.01)
